import * as models from '@kubernetes/client-node'
import type { Kind } from './kinds.ts'
import type { KubeObject } from './object.ts'
import { invalid, undeclared } from './status.ts'

type TypeMap = { attributeTypeMap?: { name: string; baseName: string; type: string }[] }
type Fields = { [name: string]: Fields | true }

/** Fields of Flux's kinds that may be set, as far as we go; `true` is a leaf or a free map. Source: CRDs of Flux 2.9. */
const META: Fields = { name: true, namespace: true }
const FLUX: Readonly<Record<string, Fields>> = {
  GitRepository: {
    interval: true,
    timeout: true,
    url: true,
    ref: { branch: true, tag: true, semver: true, name: true, commit: true },
    secretRef: { name: true },
    provider: true,
    suspend: true,
    ignore: true,
    recurseSubmodules: true,
    include: true,
    sparseCheckout: true,
    verify: { mode: true, secretRef: { name: true } },
    proxySecretRef: { name: true },
    serviceAccountName: true,
  },
  Kustomization: {
    interval: true,
    retryInterval: true,
    timeout: true,
    prune: true,
    wait: true,
    force: true,
    suspend: true,
    path: true,
    serviceAccountName: true,
    targetNamespace: true,
    deletionPolicy: true,
    sourceRef: { apiVersion: true, kind: true, ...META },
    postBuild: { substitute: true, substituteFrom: true, substituteStrategy: true },
    commonMetadata: { labels: true, annotations: true },
    decryption: true,
    dependsOn: true,
    healthChecks: true,
    healthCheckExprs: true,
    images: true,
    kubeConfig: true,
    namePrefix: true,
    nameSuffix: true,
    patches: true,
    components: true,
    ignore: true,
    ignoreMissingComponents: true,
  },
  Provider: {
    type: true,
    address: true,
    timeout: true,
    secretRef: { name: true },
    channel: true,
    username: true,
    proxy: true,
    proxySecretRef: { name: true },
    certSecretRef: { name: true },
    serviceAccountName: true,
    interval: true,
    suspend: true,
    commitStatusExpr: true,
  },
  Alert: {
    providerRef: { name: true },
    eventSeverity: true,
    eventMetadata: true,
    eventSources: true,
    exclusionList: true,
    inclusionList: true,
    summary: true,
    suspend: true,
  },
  Receiver: {
    type: true,
    interval: true,
    secretRef: { name: true },
    resources: true,
    events: true,
    suspend: true,
    resourceFilter: true,
  },
}
const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  GitRepository: ['interval', 'url'],
  Kustomization: ['interval', 'prune', 'sourceRef'],
  Provider: ['type'],
  Alert: ['providerRef', 'eventSources'],
  Receiver: ['type', 'secretRef', 'resources'],
  NetworkPolicy: [],
  LimitRange: ['limits'],
}

/** Strict field validation: a field that the schema does not declare is refused, as `fieldValidation=Strict` does; then what is required. */
export function validateStrict(kind: Kind, object: KubeObject): void {
  const where = { namespace: object.metadata.namespace ?? '', name: object.metadata.name }
  const unknown = kind.group.endsWith('.toolkit.fluxcd.io')
    ? unknownFlux(kind, object)
    : unknownBuiltin(`V1${kind.kind === 'Event' ? 'ObjectMeta' : kind.kind}`, object, '')
  if (unknown && kind.kind !== 'Event') throw undeclared(kind, where, unknown)
  if (kind.kind === 'Namespace') validateLevels(kind, object)
  const missing = (REQUIRED[kind.kind] ?? []).filter((field) => object.spec?.[field] === undefined)
  if (missing.length > 0)
    throw invalid(
      kind,
      where.name,
      missing.map((field) => ({ field: `spec.${field}`, message: 'Required value' })),
    )
  if (
    kind.kind === 'GitRepository' &&
    !/^(http|https|ssh):\/\/.*$/.test(String(object.spec?.url))
  ) {
    throw invalid(kind, where.name, [
      {
        field: 'spec.url',
        message: `Invalid value: ${JSON.stringify(object.spec?.url)}: spec.url in body should match '^(http|https|ssh)://.*$'`,
      },
    ])
  }
}

/** Pod Security admission refuses a level that does not exist. */
function validateLevels(kind: Kind, object: KubeObject): void {
  for (const mode of ['enforce', 'audit', 'warn']) {
    const label = `pod-security.kubernetes.io/${mode}`
    const level = object.metadata.labels?.[label]
    if (level !== undefined && !['privileged', 'baseline', 'restricted'].includes(level))
      throw invalid(kind, object.metadata.name, [
        {
          field: `metadata.labels[${label}]`,
          message: `Invalid value: ${JSON.stringify(level)}: must be one of privileged, baseline, restricted`,
        },
      ])
  }
}

function unknownFlux(kind: Kind, object: KubeObject): string | undefined {
  const { apiVersion: _a, kind: _k, metadata: _m, spec, status: _s, ...rest } = object
  const extra = Object.keys(rest)[0]
  if (extra) return `.${extra}`
  return unknownIn(FLUX[kind.kind] ?? {}, spec ?? {}, '.spec')
}

function unknownIn(fields: Fields, value: unknown, path: string): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  for (const [name, inner] of Object.entries(value)) {
    const declared = fields[name]
    if (declared === undefined) return `${path}.${name}`
    const deeper = declared === true ? undefined : unknownIn(declared, inner, `${path}.${name}`)
    if (deeper) return deeper
  }
  return undefined
}

function typeMapOf(type: string): Map<string, string> | undefined {
  const known = MAPS.get(type)
  if (known) return known
  const map = (models as unknown as Record<string, TypeMap | undefined>)[type]?.attributeTypeMap
  if (!map) return undefined
  const made = new Map(map.map((attribute) => [attribute.baseName, attribute.type]))
  MAPS.set(type, made)
  return made
}

const MAPS = new Map<string, Map<string, string>>()

/** Walks a built-in kind by the field tables that the Kubernetes client carries. */
function unknownBuiltin(type: string, value: unknown, path: string): string | undefined {
  const list = /^Array<(.+)>$/.exec(type)
  if (list && Array.isArray(value)) {
    for (const [index, entry] of value.entries()) {
      const deeper = unknownBuiltin(list[1] ?? '', entry, `${path}[${index}]`)
      if (deeper) return deeper
    }
    return undefined
  }
  const map = typeMapOf(type)
  if (!map || typeof value !== 'object' || value === null) return undefined
  for (const [name, inner] of Object.entries(value)) {
    const declared = map.get(name)
    if (!declared) return `${path}.${name}`
    const deeper = unknownBuiltin(declared, inner, `${path}.${name}`)
    if (deeper) return deeper
  }
  return undefined
}
