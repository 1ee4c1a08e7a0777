import { canonicalJson } from '#lib/canonical.ts'
import { hashPlan, type PlanItem, type Section } from '#lib/changes/plan.ts'
import type { StoredItem } from '#lib/changes/plan-store.ts'
import { branchOf, withCommit } from '#lib/flux/pin.ts'
import { sha256Hex } from '#lib/hash.ts'
import { type PlannedChange, RENDERER_VERSION } from '../plan-change.ts'
import type { RollbackFacts, RollbackInstance } from './load-rollback.ts'
import type { RollbackTerms } from './roll-back.schema.ts'

type Action = PlanItem['action']

/**
 * The plan of a rollback: each target's GitRepository as it will be applied, byte for byte, the hashes of what stands there, and what the Git host
 * says lies between. Pure: what moved gives another hash. Targets whose source stands so already, or was never placed, are left out.
 */
export function planRollback(facts: RollbackFacts, terms: RollbackTerms): PlannedChange {
  const moved = facts.instances.flatMap((instance) => targetItem(instance, terms))
  const items = [...moved.map(({ item }) => item), ...termItems(facts, terms, moved)]
  const hashes = hashPlan(
    items.map(({ section, path, action, hash }) => ({
      ...{ path, hash },
      section: section as Section,
      action: action as Action,
    })),
  )
  return { ...hashes, rendererVersion: RENDERER_VERSION, items }
}

/** Instances whose source is to be another one. */
export function movedBy(
  instances: readonly RollbackInstance[],
  { commit }: Pick<RollbackTerms, 'commit'>,
): RollbackInstance[] {
  return instances.filter(({ source }) => source && withCommit(source.body, commit) !== source.body)
}

/** Key of a target in the terms. */
export function placeOf({
  cluster,
  namespace,
}: Pick<RollbackInstance, 'cluster' | 'namespace'>): string {
  return `${cluster}/${namespace}`
}

/** The branch that the sources follow, or followed before they were pinned. */
export function branchFollowed(instances: readonly RollbackInstance[]): string {
  const source = instances.find((instance) => instance.source)?.source
  return source ? branchOf(source.body) : 'main'
}

type Moved = { item: StoredItem; stands: string }

function targetItem(instance: RollbackInstance, { commit }: RollbackTerms): Moved[] {
  const { source, clusterId, namespace } = instance
  if (!source) return []
  const body = withCommit(source.body, commit)
  if (body === source.body) return []
  const item: StoredItem = {
    section: 'repository',
    path: `cluster/${placeOf(instance)}/GitRepository/${source.name}`,
    action: 'alter',
    ordinal: 0,
    ...{ clusterId, namespace },
    mediaType: 'application/yaml',
    hash: sha256Hex(body),
    body,
  }
  return [{ item, stands: source.hash }]
}

function termItems(
  facts: RollbackFacts,
  { environment, commit, crossings }: RollbackTerms,
  moved: readonly Moved[],
): StoredItem[] {
  const branch = branchFollowed(facts.instances)
  const { tenant, service } = facts
  return [
    json({
      section: 'repository',
      path: 'terms/revision',
      action: 'alter',
      ordinal: 0,
      body: {
        repository: `${tenant.gitOrg}/${service.slug}`,
        environment,
        goesTo: commit ? `commit ${commit} of ${branch}` : `the newest commit of ${branch}`,
        afterwards: commit
          ? `does not follow ${branch} until a change of the same kind lets it`
          : `follows ${branch}`,
        between: crossings,
      },
    }),
    json({
      section: 'repository',
      path: STANDS,
      action: 'keep',
      ordinal: 1,
      body: Object.fromEntries(moved.map(({ item, stands }) => [item.path, stands])),
    }),
    json({
      section: 'schedule',
      path: 'terms/order',
      action: 'alter',
      ordinal: 2,
      body: {
        first: commit
          ? `see that the Git host still has the commit on ${branch}`
          : `see that the Git host answers for ${branch}`,
        perTarget: [
          'apply exactly these bytes; stop where somebody else holds a field',
          commit
            ? `wait until Flux says Ready at ${commit}`
            : `wait until Flux says Ready at the newest commit of ${branch}`,
        ],
        afterwards: ['close the change'],
      },
    }),
  ]
}

/** The term that says, per path, which bytes stand there now: the page shows the difference from it. */
const STANDS = 'terms/stands'

type JsonParts = {
  section: Section
  path: string
  action: Action
  ordinal: number
  body: unknown
}

function json({ body: value, ...parts }: JsonParts): StoredItem {
  const body = `${canonicalJson(value)}\n`
  return {
    ...parts,
    clusterId: null,
    namespace: null,
    mediaType: 'application/json',
    hash: sha256Hex(body),
    body,
  }
}
