import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import { type Differing, differing, lacking, pathText, wantedOf } from './differences.ts'
import { type Difference, type Finding, findingOf } from './finding.ts'
import {
  type FieldPath,
  fieldsOfOthers,
  isMap,
  ownersOf,
  unownedBy,
  valueIn,
} from './managed-fields.ts'

/** Our field managers: who applies what is approved, and who does what somebody asked for. */
export type Managers = { own: string; acts: string }

/** A person at a keyboard. Their edits are taken back; whoever else holds a field has a reason that we do not know. Flux itself draws the line so. */
const HANDS = /^(kubectl|flux$)/

const LONGEST_VALUE = 400
const IMMUTABLE: Readonly<Record<string, string>> = { RoleBinding: 'roleRef', Secret: 'type' }
/** Sections in which a field that somebody added changes what ours means: a rule more in a policy lets in whom ours keeps out. */
const GUARDED: Readonly<Record<string, string>> = {
  ConfigMap: 'data',
  ...Object.fromEntries(
    [
      'ResourceQuota',
      'LimitRange',
      'NetworkPolicy',
      'GitRepository',
      'Kustomization',
      'HelmRelease',
      'Provider',
      'Alert',
      'Receiver',
    ].map((kind) => [kind, 'spec']),
  ),
}

/** Whether an object deserves a closer look: without a call, and never wrong in saying no. Everything that we set is held by our applies still, and nobody added to it. */
export function isSuspect(
  wanted: KubernetesObject,
  live: KubernetesObject,
  managers: Managers,
): boolean {
  if (live.metadata.deletionTimestamp) return true
  if (suspension(live, managers) || added(wanted, live, managers).length > 0) return true
  const set = settable(wanted)
  if (wanted.kind === 'Secret') return lacking(set, wantedOf(live)).length > 0
  return unownedBy(managers.own, set, live).length > 0
}

type Compared = {
  wanted: KubernetesObject
  live: KubernetesObject
  /** What a forced apply would make of it, by a dry run; null where none was answered. */
  wouldBe: KubernetesObject | null
}

/**
 * What of an object is not as approved, field by field, with who holds each field. What the server fills in is no difference: an apply would not change it.
 * The values of Secrets are compared and never told.
 */
export function compare({ wanted, live, wouldBe }: Compared, managers: Managers): Finding | null {
  if (live.metadata.deletionTimestamp) return wholly('deleting', live.metadata.deletionTimestamp)
  const secret = wanted.kind === 'Secret'
  const fields =
    wouldBe && !secret
      ? differing(wantedOf(wouldBe), wantedOf(live))
      : lacking(settable(wanted), wantedOf(live))
  const told = (one: Differing, drift: Drift) =>
    differenceOf(one, live, { drift, secret: secret && one.path[0] === 'data', managers })
  const suspended = suspension(live, managers)
  return findingOf([
    ...fields.map((one) =>
      told(one, one.path[0] === IMMUTABLE[wanted.kind] ? 'immutable' : 'edited'),
    ),
    ...(suspended ? [told(suspended, 'suspended')] : []),
    ...added(wanted, live, managers).map((one) => told(one, 'added')),
  ])
}

/** An object that is not there at all. */
export function missing(): Finding {
  return wholly('missing', null)
}

type Drift = Difference['drift']

function wholly(drift: 'missing' | 'deleting', at: string | null): Finding {
  const unknown = { wanted: null, found: null, secret: false, manager: null, operation: null }
  return { drift, differences: [{ path: [], drift, at, foreign: false, ...unknown }] }
}

/** What we set, in the shape in which it stands on a cluster: the texts of a Secret stand encoded, under another name. */
function settable(wanted: KubernetesObject): Record<string, unknown> {
  const { stringData, ...rest } = wantedOf(wanted)
  if (!isMap(stringData)) return wantedOf(wanted)
  const data = Object.fromEntries(
    Object.entries(stringData).map(([key, text]) => [
      key,
      Buffer.from(String(text)).toString('base64'),
    ]),
  )
  return { ...rest, data }
}

/** A suspension that none of our acts made. */
function suspension(live: KubernetesObject, { own, acts }: Managers): Differing | undefined {
  const path = ['spec', 'suspend']
  if (valueIn(live.spec, 'suspend') !== true) return undefined
  const others = ownersOf(live, path, [own, acts])
  const asked = ownersOf(live, path, []).some(({ manager }) => manager === acts)
  return others.length > 0 || !asked ? { path, wanted: undefined, found: true } : undefined
}

function added(wanted: KubernetesObject, live: KubernetesObject, managers: Managers): Differing[] {
  const under = GUARDED[wanted.kind]
  if (!under) return []
  const seen = new Set<string>()
  return fieldsOfOthers(live, under, [managers.own, managers.acts]).flatMap((path) => {
    const text = pathText(path)
    const found = valueAt(live, path)
    if (seen.has(text) || found === undefined || path[1] === 'suspend') return []
    seen.add(text)
    return isSet(wanted, path) ? [] : [{ path, wanted: undefined, found }]
  })
}

/** Whether an object says something of a field, or of a list or text that it is part of. */
function isSet(wanted: unknown, path: FieldPath): boolean {
  let value = wanted
  for (const step of path) {
    if (!isMap(value)) return true
    value = valueIn(value, step)
    if (value === undefined) return false
  }
  return true
}

function valueAt(value: unknown, path: FieldPath): unknown {
  return path.reduce<unknown>((at, step) => valueIn(at, step), value)
}

function differenceOf(
  { path, wanted, found }: Differing,
  live: KubernetesObject,
  { drift, secret, managers }: { drift: Drift; secret: boolean; managers: Managers },
): Difference {
  const owners = ownersOf(live, path, [managers.own, managers.acts])
  const program = owners.find(({ manager }) => !HANDS.test(manager))
  const owner = program ?? owners[0]
  return {
    path: [...path],
    drift,
    wanted: secret ? null : shown(wanted),
    found: secret ? null : shown(found),
    secret,
    manager: owner?.manager ?? null,
    operation: owner?.operation ?? null,
    at: owner?.at ?? null,
    foreign: program !== undefined,
  }
}

function shown(value: unknown): string | null {
  if (value === undefined) return null
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return [...text].slice(0, LONGEST_VALUE).join('')
}
