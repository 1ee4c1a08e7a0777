import { isDeepStrictEqual } from 'node:util'
import { apiVersionOf, type Kind } from './kinds.ts'
import type { KubeObject } from './object.ts'

/** Under what an object is kept. */
export function keyOf(kind: Kind, namespace: string, name: string): string {
  return kind.namespaced
    ? `${apiVersionOf(kind)}/${kind.kind}/${namespace}/${name}`
    : `${apiVersionOf(kind)}/${kind.kind}/${name}`
}

/** Neither specification nor rules: as the first journals hold roles and controllers. */
export function isBare({ spec, rules }: KubeObject): boolean {
  return !spec && !(Array.isArray(rules) && rules.length > 0)
}

/** Laid by an earlier sandbox, and touched by nobody since: its administrators follow what is published. */
export function isOutdated(live: KubeObject, { spec, rules }: KubeObject): boolean {
  const managers = live.metadata.managedFields ?? []
  return (
    managers.length > 0 &&
    managers.every(({ manager }) => manager === 'kube-apiserver') &&
    !(isDeepStrictEqual(live.spec, spec) && isDeepStrictEqual(live.rules, rules))
  )
}

/** A Secret as it is kept: what came as text is encoded. */
export function withEncodedData(secret: KubeObject): KubeObject {
  const { stringData, data, ...rest } = secret as KubeObject & {
    stringData?: Record<string, string>
    data?: Record<string, string>
  }
  const encoded = Object.fromEntries(
    Object.entries(stringData ?? {}).map(([key, value]) => [
      key,
      Buffer.from(value).toString('base64'),
    ]),
  )
  return { ...rest, data: { ...data, ...encoded } }
}
