import { parse } from 'yaml'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import { blockYaml } from './block-yaml.ts'
import { feedbackObjects, sourceObjects } from './delivery-objects.ts'
import { CREDENTIAL } from './names.ts'
import {
  accessObjects,
  capacityObjects,
  namespaceObject,
  networkObjects,
  secretObjects,
} from './namespace-objects.ts'
import type { ObjectSection, TargetRecord, TenantObject } from './target.ts'

const MARK = `${CREDENTIAL}/`

/** Which section of the plan a kind belongs to; a kind without one is a bug that a test finds. */
export const SECTION_OF_KIND: Record<string, ObjectSection> = {
  Namespace: 'identity',
  ConfigMap: 'identity',
  RoleBinding: 'access',
  ServiceAccount: 'access',
  Secret: 'access',
  NetworkPolicy: 'network',
  ResourceQuota: 'capacity',
  LimitRange: 'capacity',
  GitRepository: 'repository',
  Kustomization: 'repository',
  HelmRelease: 'repository',
  Provider: 'repository',
  Alert: 'repository',
  Receiver: 'repository',
}

/** The whole set for one target, in order of application: who reports back stands before what is reported on, so that no first event is lost. Pure: the same record gives the same bytes. */
export function renderTenantSet(target: TargetRecord): TenantObject[] {
  const objects = [
    namespaceObject(target),
    ...accessObjects(target),
    ...capacityObjects(target),
    ...networkObjects(target),
    ...secretObjects(target),
    ...feedbackObjects(target),
    ...sourceObjects(target),
  ]
  return objects.map((object, ordinal) => ({
    section: sectionOf(object.kind),
    path: `cluster/${target.cluster.name}/${target.namespace}/${object.kind}/${object.metadata.name}`,
    kind: object.kind,
    ordinal,
    yaml: blockYaml(object),
  }))
}

/** Reads a planned object back. Throws on what is not one Kubernetes object. */
export function parseTenantObject(yaml: string): KubernetesObject {
  const object: unknown = parse(yaml)
  if (!isObject(object)) throw new TypeError('not a Kubernetes object')
  return object
}

/**
 * Fills a planned Secret's credential-marked keys with their values and takes the marks off; other objects pass through.
 * Throws when a purpose has no usable value, or a marked key already has one: nothing is ever applied with a hole in it.
 */
export function injectCredentials(
  object: KubernetesObject,
  values: Readonly<Record<string, string>>,
): KubernetesObject {
  if (object.kind !== 'Secret') return object
  const { annotations = {}, ...metadata } = object.metadata
  const stringData = { ...(object.stringData as Record<string, string> | undefined) }
  const kept: Record<string, string> = {}
  for (const [annotation, purpose] of Object.entries(annotations)) {
    const key = annotation.startsWith(MARK) ? annotation.slice(MARK.length) : undefined
    if (key === undefined) kept[annotation] = purpose
    else if (key in stringData) throw new Error(`key ${key} is marked and has a value`)
    else stringData[key] = credentialOf(values, purpose)
  }
  return {
    ...object,
    metadata: Object.keys(kept).length > 0 ? { ...metadata, annotations: kept } : metadata,
    stringData,
  }
}

/** Flux uses the bytes of a key as they are, so a trailing newline would be part of it. */
function credentialOf(values: Readonly<Record<string, string>>, purpose: string): string {
  const value = Object.hasOwn(values, purpose) ? values[purpose] : undefined
  if (!value) throw new Error(`no credential for purpose ${purpose}`)
  if (value.endsWith('\n')) throw new Error(`the credential for ${purpose} ends with a newline`)
  return value
}

function sectionOf(kind: string): ObjectSection {
  const section = SECTION_OF_KIND[kind]
  if (!section) throw new Error(`kind ${kind} has no plan section`)
  return section
}

function isObject(value: unknown): value is KubernetesObject {
  if (typeof value !== 'object' || value === null) return false
  const { apiVersion, kind, metadata } = value as Partial<KubernetesObject>
  return (
    typeof apiVersion === 'string' && typeof kind === 'string' && typeof metadata?.name === 'string'
  )
}
