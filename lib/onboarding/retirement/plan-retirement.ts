import { canonicalJson } from '#lib/canonical.ts'
import { hashPlan, type PlanItem, type Section } from '#lib/changes/plan.ts'
import type { StoredItem } from '#lib/changes/plan-store.ts'
import {
  endingOf,
  inReleaseOrder,
  isRemoved,
  type Stage,
  stageOf,
} from '#lib/flux/release/order.ts'
import { parseTenantObject, SECTION_OF_KIND } from '#lib/flux/tenant-set.ts'
import { sha256Hex } from '#lib/hash.ts'
import type { PlannedChange } from '../plan-change.ts'
import { RENDERER_VERSION } from '../plan-change.ts'
import type { LivingInstance, RetirementFacts } from './load-retirement.ts'
import type { RetirementTerms } from './retire-service.schema.ts'

type Action = PlanItem['action']

/** Kinds by which Flux applies: what it applied goes, or stays, with them. */
const APPLIERS: readonly Stage[] = ['appliers']

/**
 * Renders everything that a retirement takes away, alters and leaves: objects per target in the order of their deletion, with the bytes that were
 * approved when they were placed; credentials, repository, CMDB rows, quarantine. Pure: same rows, same bytes, same hash.
 */
export function planRetirement(facts: RetirementFacts, terms: RetirementTerms): PlannedChange {
  const items = [
    ...facts.instances.flatMap((instance) => targetItems(facts, terms, instance)),
    ...recordItems(facts, terms),
    ...termItems(facts, terms),
  ]
  const hashes = hashPlan(
    items.map(({ section, path, action, hash }) => ({
      section: section as Section,
      path,
      action: action as Action,
      hash,
    })),
  )
  return { ...hashes, rendererVersion: RENDERER_VERSION, items }
}

/** Key of a target in the terms. */
export function placeOf({
  cluster,
  namespace,
}: Pick<LivingInstance, 'cluster' | 'namespace'>): string {
  return `${cluster}/${namespace}`
}

function targetItems(
  facts: RetirementFacts,
  terms: RetirementTerms,
  instance: LivingInstance,
): StoredItem[] {
  const at = { clusterId: instance.clusterId, namespace: instance.namespace }
  const under = `cluster/${placeOf(instance)}`
  const objects = inReleaseOrder(instance.objects.map((object) => ({ ...object, ordinal: 0 })))
  return objects.flatMap((object, place): StoredItem[] => {
    const item: StoredItem = {
      section: SECTION_OF_KIND[object.kind] ?? 'repository',
      path: `${under}/${object.kind}/${object.name}`,
      action: !object.existedBefore && isRemoved(object, terms.workloads) ? 'remove' : 'keep',
      ordinal: place * 2,
      ...at,
      mediaType: 'application/yaml',
      hash: object.hash,
      body: object.body,
    }
    if (!APPLIERS.includes(stageOf(object))) return [item]
    const body = {
      appliedBy: `${object.kind} ${object.name}`,
      ...endingOf(terms.workloads, parseTenantObject(object.body)),
      fate:
        terms.workloads === 'prune'
          ? 'everything in its inventory is deleted by Flux, as the service account of the tenant; the run waits until it is gone'
          : 'everything in its inventory keeps running; nothing looks after it any more',
      seen: terms.seen[placeOf(instance)] ?? [],
    }
    const workloads = json({
      section: 'repository',
      path: `${under}/Workloads/${facts.service.slug}`,
      action: terms.workloads === 'prune' ? 'remove' : 'keep',
      ordinal: place * 2 + 1,
      body,
    })
    return [item, { ...workloads, ...at }]
  })
}

function recordItems(facts: RetirementFacts, terms: RetirementTerms): StoredItem[] {
  return facts.records.map(({ class: ciClass, naturalKey, name }, ordinal) => {
    const adopted = facts.instances.some(
      (instance) =>
        placeOf(instance) === naturalKey &&
        instance.objects.some(({ kind, existedBefore }) => kind === 'Namespace' && existedBefore),
    )
    const stays = ciClass === 'namespace' && (terms.workloads === 'orphan' || adopted)
    return json({
      section: 'identity',
      path: `cmdb/${ciClass}/${naturalKey}`,
      action: stays ? 'keep' : 'remove',
      ordinal,
      body: stays
        ? { class: ciClass, naturalKey, name, stage: 'operational', status: 'in_use' }
        : { class: ciClass, naturalKey, name, stage: 'end_of_life', status: 'retired' },
    })
  })
}

function termItems(facts: RetirementFacts, terms: RetirementTerms): StoredItem[] {
  const { dependants, tenant, service } = facts
  return [
    json({
      section: 'schedule',
      path: 'terms/order',
      action: 'alter',
      ordinal: 0,
      body: { perTarget: orderInWords(terms), afterwards: AFTERWARDS },
    }),
    json({
      section: 'access',
      path: 'terms/credentials',
      action: 'remove',
      ordinal: 1,
      body: {
        readTokens: facts.instances.map(placeOf),
        fate: 'revoked at the Git host and here, target by target; a token that all clusters share is not ours to revoke',
      },
    }),
    json({
      section: 'repository',
      path: 'terms/repository',
      action: 'alter',
      ordinal: 2,
      body: {
        repository: `${tenant.gitOrg}/${service.slug}`,
        archived: true,
        fate: 'read-only for everybody; code and history stay, and so does its name',
      },
    }),
    json({
      section: 'identity',
      path: 'terms/dependants',
      action: 'keep',
      ordinal: 3,
      body: { services: dependants.names, ofOtherTenants: dependants.others },
    }),
  ]
}

const AFTERWARDS = ['archive the repository', 'retire the CMDB records', 'close the change']

function orderInWords({ workloads, quarantineMinutes }: RetirementTerms): string[] {
  const begin = [
    'take the Receiver away, so that nothing asks for a reconcile any more',
    'put back the service account and role bindings where they are missing, lift a suspension',
  ]
  const middle = ['delete sources, alerts, secrets; revoke the read token']
  if (workloads === 'orphan')
    return [
      ...begin,
      'tell Flux to let go of everything, delete the Kustomization or HelmRelease, see that what it applied still stands',
      ...middle,
      'delete service account and role bindings; network policies, quota and limits stay with what runs',
      'leave the namespace, marked as handed over',
    ]
  return [
    ...begin,
    'delete the Kustomization or HelmRelease, wait for its finalizer, see that what it applied is gone',
    ...middle,
    'delete service account, role bindings, network policies, quota and limits; where something of others stands, what guards it stays too',
    `keep the namespace ${quarantineMinutes} minutes in quarantine`,
    'delete the namespace, if we made it and nothing of others stands in it; else leave it, and say whose that is',
  ]
}

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
