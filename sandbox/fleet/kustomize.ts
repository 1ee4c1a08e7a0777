import path from 'node:path'
import { parse, parseAllDocuments } from 'yaml'
import { setAt, valueAt } from './fields.ts'
import type { KubeObject } from './object.ts'

/** What `kustomize build` would have said. */
export class BuildFailed extends Error {}

type Kustomization = {
  resources?: string[]
  namespace?: string
  labels?: {
    pairs?: Record<string, string>
    includeSelectors?: boolean
    includeTemplates?: boolean
  }[]
  images?: { name: string; newName?: string; newTag?: string; digest?: string }[]
  replicas?: { name: string; count: number }[]
  patches?: { patch?: string; path?: string; target?: { kind?: string; name?: string } }[]
}

const KNOWN = new Set([
  'apiVersion',
  'kind',
  'metadata',
  'resources',
  'namespace',
  'labels',
  'images',
  'replicas',
  'patches',
])
const CLUSTER_SCOPED = new Set([
  'Namespace',
  'ClusterRole',
  'ClusterRoleBinding',
  'CustomResourceDefinition',
])

/** Builds a folder the way kustomize does, for the fields our templates use; anything else fails and says so. */
export function build(files: ReadonlyMap<string, string>, folder: string): KubeObject[] {
  const root = path.posix.normalize(folder.replace(/^\.\//, '')).replace(/\/$/, '')
  const name = ['kustomization.yaml', 'kustomization.yml', 'Kustomization']
    .map((file) => path.posix.join(root, file))
    .find((file) => files.has(file))
  if (!name)
    throw new BuildFailed(`kustomization path not found: stat ${root}: no such file or directory`)
  const spec = readYaml(files, name) as Kustomization
  const unknown = Object.keys(spec).find((key) => !KNOWN.has(key))
  if (unknown)
    throw new BuildFailed(
      `kustomize build failed: invalid Kustomization: json: unknown field "${unknown}" (the sandbox knows ${[...KNOWN].slice(3).join(', ')})`,
    )
  const objects = (spec.resources ?? []).flatMap((resource) => load(files, root, resource))
  const identities = objects.map((object) => `${object.kind}/${object.metadata.name}`)
  const twice = identities.find((identity, index) => identities.indexOf(identity) !== index)
  if (twice)
    throw new BuildFailed(
      `kustomize build failed: accumulating resources: may not add resource with an already registered id: ${twice}`,
    )
  return transform(files, root, { spec, objects })
}

function load(files: ReadonlyMap<string, string>, root: string, resource: string): KubeObject[] {
  if (/^(https?:|git@|ssh:)|github\.com\//.test(resource))
    throw new BuildFailed(
      `kustomize build failed: accumulating resources: accumulation err='accumulating resources from '${resource}': remote bases are refused`,
    )
  const target = path.posix.join(root, resource)
  if (target.startsWith('..'))
    throw new BuildFailed(
      `kustomize build failed: accumulating resources: '${resource}' is not in or below the root`,
    )
  if (!files.has(target)) {
    if ([...files.keys()].some((file) => file.startsWith(`${target}/`))) return build(files, target)
    throw new BuildFailed(
      `kustomize build failed: accumulating resources: accumulation err='accumulating resources from '${resource}': open ${target}: no such file or directory'`,
    )
  }
  return parseAllDocuments(files.get(target) ?? '').flatMap((document) => {
    if (document.errors.length > 0)
      throw new BuildFailed(
        `kustomize build failed: failed to decode Kubernetes YAML from ${target}: MalformedYAMLError: ${document.errors[0]?.message.split('\n')[0]}`,
      )
    const object = document.toJS() as KubeObject | null
    if (!object) return []
    if (!object.kind || !object.apiVersion || !object.metadata?.name)
      throw new BuildFailed(
        `kustomize build failed: missing metadata.name or kind in object of ${target}`,
      )
    return [object]
  })
}

function transform(
  files: ReadonlyMap<string, string>,
  root: string,
  { spec, objects }: { spec: Kustomization; objects: KubeObject[] },
): KubeObject[] {
  for (const object of objects) {
    if (spec.namespace && !CLUSTER_SCOPED.has(object.kind))
      object.metadata.namespace = spec.namespace
    for (const label of spec.labels ?? []) addLabels(object, label)
    for (const replica of spec.replicas ?? [])
      if (object.kind === 'Deployment' && object.metadata.name === replica.name)
        object.spec = { ...object.spec, replicas: replica.count }
    for (const image of spec.images ?? []) setImage(object, image)
  }
  for (const patch of spec.patches ?? []) applyPatch(files, root, { patch, objects })
  return objects
}

function addLabels(
  object: KubeObject,
  { pairs = {}, includeSelectors, includeTemplates }: NonNullable<Kustomization['labels']>[number],
): void {
  object.metadata.labels = { ...object.metadata.labels, ...pairs }
  if (object.kind !== 'Deployment') return
  if (includeSelectors || includeTemplates)
    for (const [key, value] of Object.entries(pairs))
      setAt(object, ['f:spec', 'f:template', 'f:metadata', 'f:labels', `f:${key}`], value)
  if (includeSelectors)
    for (const [key, value] of Object.entries(pairs))
      setAt(object, ['f:spec', 'f:selector', 'f:matchLabels', `f:${key}`], value)
}

function setImage(object: KubeObject, image: NonNullable<Kustomization['images']>[number]): void {
  for (const list of ['containers', 'initContainers']) {
    const containers = valueAt(object, ['f:spec', 'f:template', 'f:spec', `f:${list}`]) as
      | { image?: string }[]
      | undefined
    for (const container of containers ?? []) {
      const current = (container.image ?? '').split('@')[0]?.replace(/:[^/:]*$/, '')
      if (current === image.name)
        container.image = `${image.newName ?? image.name}${image.digest ? `@${image.digest}` : `:${image.newTag ?? 'latest'}`}`
    }
  }
}

function applyPatch(
  files: ReadonlyMap<string, string>,
  root: string,
  {
    patch,
    objects,
  }: { patch: NonNullable<Kustomization['patches']>[number]; objects: KubeObject[] },
): void {
  const text = patch.patch ?? files.get(path.posix.join(root, patch.path ?? ''))
  if (text === undefined)
    throw new BuildFailed(
      `kustomize build failed: failed to get the patch file from path(${patch.path})`,
    )
  const body: unknown = parse(text)
  const wanted = patch.target ?? {
    kind: (body as KubeObject).kind,
    name: (body as KubeObject).metadata?.name,
  }
  const targets = objects.filter(
    (object) =>
      (!wanted.kind || object.kind === wanted.kind) &&
      (!wanted.name || object.metadata.name === wanted.name),
  )
  if (targets.length === 0)
    throw new BuildFailed(
      `kustomize build failed: no resource matches strategic merge patch "${wanted.kind}.${wanted.name}"`,
    )
  for (const target of targets) {
    if (Array.isArray(body))
      for (const operation of body as { op: string; path: string; value?: unknown }[])
        jsonOperation(target, operation)
    else merge(target, body as Record<string, unknown>)
  }
}

function jsonOperation(
  target: KubeObject,
  { op, path: pointer, value }: { op: string; path: string; value?: unknown },
): void {
  const parts = pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
  const last = parts.pop() ?? ''
  const parent = parts.reduce<unknown>(
    (at, part) => (at as Record<string, unknown> | undefined)?.[part],
    target,
  ) as Record<string, unknown> | unknown[] | undefined
  if (parent === undefined)
    throw new BuildFailed(
      `kustomize build failed: ${op} operation does not apply: doc is missing path: "${pointer}": missing value`,
    )
  if (Array.isArray(parent) && last === '-') parent.push(value)
  else if (op === 'remove') delete (parent as Record<string, unknown>)[last]
  else (parent as Record<string, unknown>)[last] = value
}

function merge(target: Record<string, unknown>, patch: Record<string, unknown>): void {
  for (const [key, value] of Object.entries(patch)) {
    const current = target[key]
    if (value === null) delete target[key]
    else if (
      Array.isArray(value) &&
      Array.isArray(current) &&
      ['containers', 'env', 'volumes'].includes(key)
    )
      mergeNamed(current, value)
    else if (
      typeof value === 'object' &&
      !Array.isArray(value) &&
      typeof current === 'object' &&
      current !== null
    )
      merge(current as Record<string, unknown>, value as Record<string, unknown>)
    else target[key] = value
  }
}

function mergeNamed(current: Record<string, unknown>[], entries: Record<string, unknown>[]): void {
  for (const entry of entries) {
    const known = current.find((candidate) => candidate.name === entry.name)
    if (known) merge(known, entry)
    else current.push(entry)
  }
}

function readYaml(files: ReadonlyMap<string, string>, name: string): unknown {
  try {
    return parse(files.get(name) ?? '') ?? {}
  } catch (error) {
    throw new BuildFailed(
      `kustomize build failed: failed to decode Kubernetes YAML from ${name}: MalformedYAMLError: ${(error as Error).message.split('\n')[0]}`,
      { cause: error },
    )
  }
}
