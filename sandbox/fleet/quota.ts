import { type Kind, kindOf } from './kinds.ts'
import type { KubeObject } from './object.ts'
import { resourceName, StatusError } from './status.ts'

export const QUOTA = kindOf('v1', 'ResourceQuota') as Kind
/** Counts so many objects of a kind in a namespace. */
type Count = (kind: Kind) => number

/** The key by which a quota counts objects of a kind: `count/secrets`. */
function keyOf(kind: Kind): string {
  return `count/${resourceName(kind)}`
}

function hardOf(quota: KubeObject): Record<string, string> {
  return (quota.spec?.hard ?? {}) as Record<string, string>
}

/** One more object of a kind than a quota allows is refused. Compute resources are not counted: nothing runs here. */
export function refuseOverQuota(
  kind: Kind,
  name: string,
  { quotas, count }: { quotas: readonly KubeObject[]; count: Count },
): void {
  const key = keyOf(kind)
  for (const quota of quotas) {
    const limit = hardOf(quota)[key]
    if (limit === undefined || count(kind) < Number(limit)) continue
    throw new StatusError(
      403,
      'Forbidden',
      `${resourceName(kind)} "${name}" is forbidden: exceeded quota: ${quota.metadata.name}, requested: ${key}=1, used: ${key}=${count(kind)}, limited: ${key}=${limit}`,
      { name, kind: kind.plural },
    )
  }
}

/** What a quota's status says: its limits, and how much of them is used. */
export function quotaStatus(
  quota: KubeObject,
  kinds: readonly Kind[],
  count: Count,
): Record<string, unknown> {
  const hard = hardOf(quota)
  const used = Object.fromEntries(
    Object.keys(hard).map((key) => {
      const kind = kinds.find((each) => keyOf(each) === key)
      return [key, kind ? String(count(kind)) : '0']
    }),
  )
  return { hard, used }
}
