import { z } from 'zod'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import { appliedContents } from './applied-contents.ts'
import { type Applier, applierOf } from './applier.ts'
import { findInFiles, type ManifestFile } from './manifest-findings.ts'
import { conditionOf, type InventoryEntry, mapOf, seenOf } from './status.ts'
import { type Readiness, type Trouble, worded } from './verdict.ts'

/** Something that is wrong although Flux says Ready. */
export const Finding = z.object({
  code: z.string(),
  whose: z.enum(['yours', 'ours', 'another_team', 'heals_itself']),
  nextStep: z.string(),
  detail: z.string(),
})
export type Finding = z.infer<typeof Finding>

/** What the last inspection of a Kustomization left behind, as it is stored. */
export const Inspection = z.object({
  /** resourceVersion of the Kustomization that was inspected. */
  version: z.string(),
  /** Workloads of the last inventory that had any, as `Kind namespace/name`: what the next one is held to. */
  promised: z.array(z.string()),
  findings: z.array(Finding),
})
export type Inspection = z.infer<typeof Inspection>

export type Inspected = {
  kustomization: KubernetesObject
  /** What stood before, where it was inspected before. */
  before: Pick<Inspection, 'promised'> | null
  /** ConfigMaps and Deployments of its namespace; null where they may not be read. Secrets are never read. */
  objects: readonly KubernetesObject[] | null
  /** What its path builds from, of the applied revision; null where that could not be read. */
  files: readonly ManifestFile[] | null
}

/** Verdicts behind which something may be wrong that the status does not say. */
export function worthInspecting({ ready, trouble }: Readiness): boolean {
  return ready || trouble.code === 'nothing_applied'
}

/** Looks behind a Ready: what was promised, what stands, what it holds, and what it was built from. Gravest first. */
export function inspect(view: Inspected): Omit<Inspection, 'version'> {
  const inventory = seenOf(view.kustomization).inventory ?? []
  const workloads = inventory.filter(isWorkload).map(nameOf)
  const promised = workloads.length > 0 ? workloads : (view.before?.promised ?? [])
  const objects = view.objects ?? []
  return {
    promised,
    findings: [
      ...goneWorkloads(promised, workloads, applierOf(view.kustomization.kind)),
      ...findInFiles(view.files ?? [], { kustomization: view.kustomization, inventory, objects }),
      ...appliedContents(view.kustomization, objects),
      ...leftOutside(view.kustomization, inventory, objects),
    ].filter((one, at, all) => all.findIndex((other) => other.code === one.code) === at),
  }
}

/** The verdict with what was found behind it: Ready, but. A verdict that was no Ready keeps its word and learns what is missing. */
export function withFindings(verdict: Readiness, findings: readonly Finding[]): Readiness {
  const [first] = findings
  if (!first || !worthInspecting(verdict)) return verdict
  const detail = findings.map((finding) => finding.detail).join('. ')
  const trouble: Trouble = verdict.ready
    ? { ...first, detail }
    : { ...verdict.trouble, detail: `${verdict.trouble.detail}. ${detail}` }
  return worded('ready_but', verdict, trouble)
}

const WORKLOADS =
  /^(Deployment|StatefulSet|DaemonSet|ReplicaSet|Pod|Job|CronJob|HelmRelease|Rollout)$/

function isWorkload({ kind }: InventoryEntry): boolean {
  return WORKLOADS.test(kind)
}

function nameOf({ kind, namespace, name }: InventoryEntry): string {
  return `${kind} ${namespace}/${name}`
}

/** Everything that runs went at once: nobody removes all of a service by a push and keeps the service. */
function goneWorkloads(
  promised: readonly string[],
  workloads: readonly string[],
  { lookFor }: Applier,
): Finding[] {
  if (promised.length === 0 || workloads.length > 0) return []
  return [
    {
      code: 'workloads_pruned',
      whose: 'yours',
      detail: `Nothing runs any more: ${listed(promised)} ${promised.length === 1 ? 'was' : 'were'} pruned`,
      nextStep: lookFor,
    },
  ]
}

const OWNER = 'kustomize.toolkit.fluxcd.io'

/** Objects that carry the Kustomization's labels and are in no inventory: a half-failed apply made them, and nothing will remove them. */
function leftOutside(
  kustomization: KubernetesObject,
  inventory: readonly InventoryEntry[],
  objects: readonly KubernetesObject[],
): Finding[] {
  const settled = conditionOf(seenOf(kustomization), 'Ready')?.since ?? 0
  const known = new Set(inventory.map(({ kind, name }) => `${kind}/${name}`))
  const left = objects.filter(({ kind, metadata }) => {
    const labels = mapOf(metadata.labels)
    const created = Date.parse(String(metadata.creationTimestamp))
    return (
      labels[`${OWNER}/name`] === kustomization.metadata.name &&
      labels[`${OWNER}/namespace`] === kustomization.metadata.namespace &&
      mapOf(metadata.annotations)[`${OWNER}/prune`] !== 'disabled' &&
      metadata.deletionTimestamp === undefined &&
      created < settled &&
      !known.has(`${kind}/${metadata.name}`)
    )
  })
  if (left.length === 0) return []
  const names = left.map(({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`)
  return [
    {
      code: 'outside_inventory',
      whose: 'yours',
      detail: `${listed(names)} ${left.length === 1 ? 'is' : 'are'} left over from an apply that failed: Flux does not know of ${left.length === 1 ? 'it' : 'them'} any more`,
      nextStep:
        'Put it back into deploy/, so that Flux takes it over, or delete it on the cluster: nothing else removes it.',
    },
  ]
}

const MOST = 5

/** A list for people: the first few, and how many more. */
export function listed(names: readonly string[]): string {
  const more = names.length - MOST
  return `${names.slice(0, MOST).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}
