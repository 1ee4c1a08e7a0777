import { type Document, parseAllDocuments } from 'yaml'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import { CIPHERTEXT_APPLIED } from './applied-contents.ts'
import { droppedFields } from './dropped-fields.ts'
import type { Finding } from './inspection.ts'
import { type InventoryEntry, mapOf, textOf } from './status.ts'

/** A file that a Kustomization's path builds from. */
export type ManifestFile = { path: string; content: string }

type Applied = {
  kustomization: KubernetesObject
  inventory: readonly InventoryEntry[]
  objects: readonly KubernetesObject[]
}

/** What kustomize knows at the top of a kustomization.yaml (5.8); other words it drops without a sound. */
const KEYS = [
  'apiVersion kind metadata openapi namePrefix nameSuffix namespace labels commonLabels commonAnnotations resources components bases crds',
  'patches patchesStrategicMerge patchesJson6902 images imageTags replacements replicas vars sortOptions buildMetadata',
  'configMapGenerator secretGenerator generatorOptions helmGlobals helmCharts helmChartInflationGenerator configurations generators transformers validators',
].flatMap((line) => line.split(' '))

/** What the files say that did not come to stand as they say it. */
export function findInFiles(files: readonly ManifestFile[], applied: Applied): Finding[] {
  const parsed = files.map(({ path, content }) => ({ path, documents: documentsOf(content) }))
  return [
    ...parsed.flatMap(({ path, documents }) =>
      isKustomization(path) ? misspelt(path, documents) : [],
    ),
    ...parsed.flatMap(({ path, documents }) => encrypted(path, documents, applied.kustomization)),
    ...(removes(files)
      ? []
      : parsed.flatMap(({ path, documents }) => dropped(path, documents, applied))),
    ...parsed.flatMap(({ path, documents }) =>
      isKustomization(path) ? remote(path, documents) : [],
    ),
  ]
}

/** Relative paths that a kustomization.yaml builds from, in its order; anything else in its place is left out. */
export function referencesOf(content: string): string[] {
  const [first] = documentsOf(content)
  return ['resources', 'components', 'bases'].flatMap((key) => {
    const list = mapOf(first)[key]
    return Array.isArray(list)
      ? list.filter((entry): entry is string => typeof entry === 'string' && !isRemote(entry))
      : []
  })
}

/** Is it the file that says what a folder builds from? */
export function isKustomization(path: string): boolean {
  return /(?:^|\/)(?:kustomization\.ya?ml|Kustomization)$/.test(path)
}

/** Documents of a file; none where it is no YAML: Flux says so itself. */
function documentsOf(content: string): unknown[] {
  const documents = parseAllDocuments(content, { logLevel: 'silent' })
  return Array.isArray(documents) ? documents.flatMap(contentOf) : []
}

/** The parser finds an alias without anchor, or too many of them, only when the value is made, and throws. */
function contentOf(document: Pick<Document, 'errors' | 'toJS'>): unknown[] {
  if (document.errors.length > 0) return []
  try {
    return [document.toJS({ maxAliasCount: 20 }) as unknown]
  } catch {
    return []
  }
}

function misspelt(path: string, documents: readonly unknown[]): Finding[] {
  const unknown = Object.keys(mapOf(documents[0])).filter((key) => !KEYS.includes(key))
  return unknown.map((key) => {
    const meant = KEYS.find((known) => known.startsWith(key) || key.startsWith(known))
    return {
      code: 'kustomization_misspelt',
      whose: 'yours' as const,
      detail: `${path} says \`${key}:\`, which kustomize does not know and drops without a word`,
      nextStep: `Write ${meant ? `\`${meant}:\`` : 'a word that kustomize knows'} in ${path} and push.`,
    }
  })
}

function encrypted(
  path: string,
  documents: readonly unknown[],
  kustomization: KubernetesObject,
): Finding[] {
  if (mapOf(kustomization.spec).decryption) return []
  const found = documents.map(mapOf).find((document) => {
    const sops = mapOf(document.sops)
    return document.kind !== undefined && ('mac' in sops || 'version' in sops)
  })
  if (!found) return []
  const name = `${textOf(found.kind)} ${textOf(mapOf(found.metadata).name)}`
  return [
    { ...CIPHERTEXT_APPLIED, detail: `${path}: ${name} is encrypted and applied as it stands` },
  ]
}

/** A patch that takes fields away makes a comparison with the base meaningless. */
function removes(files: readonly ManifestFile[]): boolean {
  return files.some(
    ({ path, content }) =>
      isKustomization(path) && /op: *["']?remove|\$patch: *delete|: *(?:null|~) *$/m.test(content),
  )
}

function dropped(path: string, documents: readonly unknown[], applied: Applied): Finding[] {
  return documents.map(mapOf).flatMap((document) => {
    const [kind, name] = [textOf(document.kind), textOf(mapOf(document.metadata).name)]
    const stands = applied.inventory.some((entry) => entry.kind === kind && entry.name === name)
    const live = applied.objects.find(
      (object) => object.kind === kind && object.metadata.name === name,
    )
    const fields = stands && live ? droppedFields(document, live) : []
    if (fields.length === 0) return []
    return [
      {
        code: 'fields_dropped',
        whose: 'yours' as const,
        detail: `${path}: ${kind} ${name} has \`${fields.slice(0, 3).join('`, `')}\`, which Kubernetes does not know and dropped without a word`,
        nextStep: 'Correct the name or the place of the field and push.',
      },
    ]
  })
}

function remote(path: string, documents: readonly unknown[]): Finding[] {
  const { resources } = mapOf(documents[0])
  const url = Array.isArray(resources)
    ? resources.find((entry) => typeof entry === 'string' && isRemote(entry))
    : undefined
  if (!url) return []
  return [
    {
      code: 'remote_file',
      whose: 'yours',
      detail: `${path} builds from ${String(url)}: what stands there is applied without review or record`,
      nextStep: 'Copy the file into deploy/, so that what runs is what was reviewed, and push.',
    },
  ]
}

function isRemote(entry: string): boolean {
  return /^[a-z][a-z+]*:\/\/|^git@|^github\.com\//.test(entry)
}
