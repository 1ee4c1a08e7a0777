import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import type { Finding } from './inspection.ts'
import { mapOf, mapsOf, textOf } from './status.ts'

const CIPHERTEXT = /ENC\[AES256_GCM,data:/
const VARIABLE = /\$\{[A-Za-z_][A-Za-z0-9_]*(?:[:=+?-][^}]*)?\}/
const NO_SUBSTITUTION = 'kustomize.toolkit.fluxcd.io/substitute'
const OWNER = 'kustomize.toolkit.fluxcd.io/name'

/** What the Kustomization's own objects hold that they should not: text that was to be decrypted, variables that were to be replaced. */
export function appliedContents(
  kustomization: KubernetesObject,
  objects: readonly KubernetesObject[],
): Finding[] {
  const own = objects.filter(
    ({ metadata }) => mapOf(metadata.labels)[OWNER] === kustomization.metadata.name,
  )
  return [...ciphertext(own), ...(substitutes(kustomization, objects) ? [] : literals(own))]
}

function ciphertext(objects: readonly KubernetesObject[]): Finding[] {
  const where = firstText(objects, (text) => CIPHERTEXT.test(text))
  return where
    ? [{ ...CIPHERTEXT_APPLIED, detail: `${where} holds SOPS ciphertext as it stands` }]
    : []
}

/** The finding for SOPS files that nobody decrypts, without its detail. */
export const CIPHERTEXT_APPLIED = {
  code: 'ciphertext_applied',
  whose: 'yours',
  nextStep:
    'Nothing decrypts SOPS files here, so the service reads ciphertext. Take the encrypted file out of deploy/ and push; ask the platform team how secrets reach this cluster.',
} as const

function literals(objects: readonly KubernetesObject[]): Finding[] {
  const replaceable = objects.filter(
    ({ metadata }) => mapOf(metadata.annotations)[NO_SUBSTITUTION] !== 'disabled',
  )
  const where = firstText(replaceable, (text) => !isScript(text) && VARIABLE.test(text))
  if (!where) return []
  return [
    {
      code: 'variable_not_replaced',
      whose: 'ours',
      detail: `${where} holds a variable as it stands in Git`,
      nextStep:
        'The Kustomization replaces no variables: its `postBuild` is gone, or what it names is empty. Retry the run: it is placed again.',
    },
  ]
}

/** A shell script or a longer file has dollar signs of its own. */
function isScript(text: string): boolean {
  return text.startsWith('#!') || text.split('\n').length > 3
}

/** Flux replaces variables only where it is given any: without them it leaves every text as it is (Flux 2.9). */
function substitutes(
  kustomization: KubernetesObject,
  objects: readonly KubernetesObject[],
): boolean {
  const postBuild = mapOf(mapOf(kustomization.spec).postBuild)
  if (postBuild.substituteStrategy === 'Always') return true
  if (Object.keys(mapOf(postBuild.substitute)).length > 0) return true
  return mapsOf(postBuild.substituteFrom).some(({ kind, name }) => {
    if (kind !== 'ConfigMap') return true
    const found = objects.find(
      (object) => object.kind === 'ConfigMap' && object.metadata.name === name,
    )
    return found !== undefined && Object.keys(mapOf(found.data)).length > 0
  })
}

/** Where the first text of that kind stands: in a ConfigMap's data, or in a workload's specification less its commands. */
function firstText(
  objects: readonly KubernetesObject[],
  is: (text: string) => boolean,
): string | undefined {
  for (const object of objects) {
    const path = find(object.kind === 'ConfigMap' ? object.data : object.spec, is, 0)
    if (path) return `${object.kind} ${object.metadata.namespace}/${object.metadata.name} (${path})`
  }
  return undefined
}

const DEEPEST = 24

function find(value: unknown, is: (text: string) => boolean, depth: number): string | undefined {
  if (typeof value === 'string') return is(value) ? '.' : undefined
  if (typeof value !== 'object' || value === null || depth > DEEPEST) return undefined
  for (const [key, entry] of Object.entries(value)) {
    if (key === 'command' || key === 'args') continue
    const inside = find(entry, is, depth + 1)
    if (inside) return inside === '.' ? key : `${textOf(mapOf(entry).name) ?? key}.${inside}`
  }
  return undefined
}
