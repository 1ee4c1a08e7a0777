import { lookOf } from '#components/states/look.ts'
import { State } from '#components/states/state.tsx'
import { Time } from '#components/ui/time.tsx'
import { counted } from '#components/words.ts'
import { pathText } from '#lib/fleet/drift/differences.ts'
import type { Difference, Finding } from '#lib/fleet/drift/finding.ts'
import { DecideRepair, Repair } from './drift-acts.tsx'

type DriftedObject = {
  kind: string
  name: string
  drift: Finding['drift']
  differences: readonly Difference[]
  firstSeen: string
}

type DriftedInstance = {
  instanceId: string
  environment: string
  cluster: string
  namespace: string
  policy: 'report' | 'repair' | 'approve'
  objects: readonly DriftedObject[]
  repair: {
    id: string
    state: 'proposed' | 'asked' | 'done' | 'failed'
    by: string
    byId: string
    at: string
    reason: string
    detail: string | null
  } | null
}

type DriftProps = {
  instances: readonly DriftedInstance[]
  /** Who looks at it, when they may operate the service. */
  operator: string | null
}

const POLICY = {
  report: 'drift here is told, and repaired when somebody asks',
  repair: 'drift here is repaired by itself',
  approve: 'drift here is repaired once a second person approves',
} as const

/** What stands otherwise than approved, object by object and field by field, with who holds the field now. */
export function Drift({ instances, operator }: DriftProps) {
  if (instances.length === 0) return null
  const drifted = instances.reduce((sum, { objects }) => sum + objects.length, 0)
  return (
    <section aria-labelledby="drift" className="mt-6">
      <div className="section-head">
        <h2 id="drift">Drift</h2>
        <span className="text-xs text-ink-3">what stands otherwise than approved</span>
        <span className="ml-auto text-xs text-ink-3" role="status">
          {drifted === 0
            ? 'nothing differs'
            : `${counted(drifted, 'object')} differ${drifted === 1 ? 's' : ''}`}
        </span>
      </div>
      <div className="grid gap-4">
        {instances.map((instance) => (
          <Instance key={instance.instanceId} instance={instance} operator={operator} />
        ))}
      </div>
    </section>
  )
}

function Instance({ instance, operator }: { instance: DriftedInstance; operator: string | null }) {
  const { cluster, environment, namespace, objects, repair } = instance
  const open = repair?.state === 'asked' || repair?.state === 'proposed'
  const programs = objects
    .flatMap(({ differences }) => differences)
    .flatMap(({ foreign, manager }) => (foreign && manager ? [manager] : []))
  return (
    <article aria-label={`Drift on ${cluster}`}>
      <div className="flex flex-wrap items-center gap-2">
        <h3 className="name mono">{cluster}</h3>
        <span className="text-xs text-ink-2" title={namespace}>
          {environment}: {POLICY[instance.policy]}
        </span>
        {operator && objects.length > 0 && !open ? (
          <span className="ml-auto">
            <Repair
              instanceId={instance.instanceId}
              cluster={cluster}
              objects={objects.length}
              programs={[...new Set(programs)]}
              proposes={instance.policy === 'approve'}
            />
          </span>
        ) : null}
      </div>
      {repair ? <LastRepair repair={repair} operator={operator} /> : null}
      <ul className="mt-1">
        {objects.map((object) => (
          <DriftedRow key={`${object.kind} ${object.name}`} object={object} />
        ))}
      </ul>
    </article>
  )
}

const REPAIRS = {
  proposed: 'A repair waits for approval',
  asked: 'A repair is under way',
  done: 'Repaired',
  failed: 'A repair did not help',
} as const

function LastRepair({
  repair,
  operator,
}: {
  repair: NonNullable<DriftedInstance['repair']>
  operator: string | null
}) {
  const { id, state, by, byId, at, reason, detail } = repair
  return (
    <div className="flex flex-wrap items-center gap-2 text-xs text-ink-2">
      <p className="wrap-anywhere">
        {REPAIRS[state]}, asked by {by} <Time at={at} as="ago" />: {reason}. {detail}
      </p>
      {state === 'proposed' && operator && operator !== byId ? (
        <span className="ml-auto">
          <DecideRepair repairId={id} />
        </span>
      ) : null}
    </div>
  )
}

function DriftedRow({ object }: { object: DriftedObject }) {
  const whole = object.differences.every(({ path }) => path.length === 0)
  return (
    <li className="border-line border-t py-2">
      <div className="flex flex-wrap items-center gap-2">
        <State look={lookOf('drift', object.drift)} small />
        <span className="mono wrap-anywhere">
          {object.kind}/{object.name}
        </span>
        <span className="ml-auto text-xs text-ink-3">
          seen first <Time at={object.firstSeen} as="ago" />
        </span>
      </div>
      {whole ? null : (
        <ul className="mt-1 grid gap-1" aria-label={`Fields of ${object.kind} ${object.name}`}>
          {object.differences.map((difference) => (
            <Field key={pathText(difference.path)} difference={difference} />
          ))}
        </ul>
      )}
    </li>
  )
}

/** Name, values and holder: beside each other where there is room. */
function Field({ difference }: { difference: Difference }) {
  const { path, wanted, found, secret } = difference
  return (
    <li className="grid gap-x-4 pb-1 text-xs wide:grid-cols-[minmax(0,5fr)_minmax(0,5fr)_minmax(0,4fr)] wide:pb-0">
      <span className="mono wrap-anywhere">{pathText(path)}</span>
      {secret ? (
        <span className="text-ink-2">Its value differs; it is secret and shown nowhere.</span>
      ) : (
        <span className="wrap-anywhere text-ink-2">
          approved <span className="mono">{wanted ?? 'nothing'}</span>, found{' '}
          <span className="mono text-ink">{found ?? 'nothing'}</span>
        </span>
      )}
      <Holder difference={difference} />
    </li>
  )
}

function Holder({ difference: { manager, at, foreign } }: { difference: Difference }) {
  if (!manager) return <span className="text-ink-3">who did it is not recorded there</span>
  return (
    <span className="wrap-anywhere text-ink-3">
      {foreign ? 'held by' : 'changed with'} <span className="mono">{manager}</span>
      {at ? (
        <>
          {' '}
          <Time at={at} as="ago" />
        </>
      ) : null}
      {foreign ? '; left alone unless somebody takes it over' : null}
    </span>
  )
}
