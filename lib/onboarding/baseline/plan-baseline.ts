import { canonicalJson } from '#lib/canonical.ts'
import { hashPlan, type PlanItem, type Section } from '#lib/changes/plan.ts'
import type { StoredItem } from '#lib/changes/plan-store.ts'
import { bare, compareBaseline, type Named } from '#lib/fleet/baseline/compare.ts'
import { writtenAs } from '#lib/fleet/baseline/difference.ts'
import type { Manifest } from '#lib/flux/baseline/render-baseline.ts'
import { blockYaml } from '#lib/flux/block-yaml.ts'
import { sha256Hex } from '#lib/hash.ts'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import { type PlannedChange, RENDERER_VERSION } from '../plan-change.ts'
import type { BaselineTerms } from './ask-baseline.schema.ts'

/** How long an approved baseline is waited for before its change has failed. */
export const BASELINE_DAYS = 14

/** How a version is told: the beginning of its manifest's hash. */
export function versionOf({ hash }: Pick<Manifest, 'hash'>): string {
  return hash.slice(0, 12)
}

/** The terms of a plan made now, from what was read last. */
export function baselineTerms(
  manifest: Manifest,
  cluster: {
    id: string
    name: string
    standing: readonly KubernetesObject[]
    recorded: readonly Named[]
  },
): BaselineTerms {
  const names = manifest.objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`)
  const unwanted = cluster.recorded.filter(
    ({ kind, name }) =>
      !names.includes(`${kind}/${name}`) &&
      cluster.standing.some((object) => object.kind === kind && object.metadata.name === name),
  )
  const standing = cluster.standing.map(bare)
  const version = versionOf(manifest)
  return {
    clusterId: cluster.id,
    cluster: cluster.name,
    version,
    manifest: manifest.hash,
    standing,
    unwanted: [...unwanted],
  }
}

const ACTIONS = {
  missing: 'create',
  differs: 'alter',
  deleting: 'alter',
  equal: 'keep',
  unwanted: 'remove',
  gone: 'remove',
} as const

/**
 * Renders what a cluster's baseline becomes: each object's exact bytes as new, altered (with what stands beside it), unchanged, or no longer
 * wanted. Pure: same manifest, same terms, same hash.
 */
export function planBaseline(manifest: Manifest, terms: BaselineTerms): PlannedChange {
  const find = ({ kind, name }: Named) =>
    terms.standing.find((object) => object.kind === kind && object.metadata.name === name)
  const compared = compareBaseline(manifest.objects, terms.unwanted, terms.standing)
  const objects = compared.map((standing, ordinal): StoredItem => {
    const action = ACTIONS[standing.state]
    const there = find(standing)
    const wanted = manifest.objects[ordinal]
    const previous = there
      ? blockYaml(writtenAs(wanted ?? there, there) as Record<string, unknown>)
      : ''
    const body = wanted ? blockYaml(wanted) : previous
    return {
      section: standing.name === 'flux-tenant-sources' ? 'network' : 'access',
      path: `baseline/${standing.kind}/${standing.name}`,
      ...{ action, ordinal, clusterId: null, namespace: null },
      mediaType: 'application/yaml',
      hash: sha256Hex(body),
      body,
      ...(action === 'alter' ? { previous: { hash: sha256Hex(previous), body: previous } } : {}),
    }
  })
  const items = [...objects, termsItem(manifest, terms, objects)]
  const hashes = hashPlan(
    items.map(({ section, path, action, hash }) => ({
      section: section as Section,
      path,
      action: action as PlanItem['action'],
      hash,
    })),
  )
  return { ...hashes, rendererVersion: RENDERER_VERSION, items }
}

/** Binds the plan to its cluster, its manifest as one, and what it was compared with. */
function termsItem(
  manifest: Manifest,
  terms: BaselineTerms,
  objects: readonly StoredItem[],
): StoredItem {
  const seen = objects.map(({ path, previous, action, hash }) => {
    const [, kind, name] = path.split('/')
    const stood = action === 'create' ? 'nothing' : (previous?.hash ?? hash)
    return [`${kind}/${name}`, stood]
  })
  const body = canonicalJson({
    cluster: terms.cluster,
    version: terms.version,
    manifest: manifest.hash,
    applied: 'by an administrator or by the cluster’s own Flux; Stairway has no right to write it',
    verified: 'by reading every object back, and by dry runs of what the policies must refuse',
    waits: `${BASELINE_DAYS} days`,
    comparedWith: Object.fromEntries(seen),
  })
  return {
    section: 'schedule',
    path: 'terms/baseline',
    ...{ action: 'alter', ordinal: 0, clusterId: null, namespace: null },
    mediaType: 'application/json',
    hash: sha256Hex(body),
    body,
  }
}

/** The bytes that an administrator applies, as one manifest, from the items of a plan. */
export function manifestText(
  items: readonly Pick<StoredItem, 'path' | 'action' | 'ordinal' | 'body'>[],
): string {
  return items
    .filter(({ path, action }) => path.startsWith('baseline/') && action !== 'remove')
    .sort((one, other) => one.ordinal - other.ordinal)
    .map(({ body }) => body)
    .join('---\n')
}
