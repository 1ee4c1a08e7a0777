import Link from 'next/link'
import { changeNumber } from '#components/change-number.ts'
import { lookOf } from '#components/states/look.ts'
import { State } from '#components/states/state.tsx'
import { Empty } from '#components/ui/empty.tsx'
import { Table } from '#components/ui/table.tsx'
import { Tag } from '#components/ui/tag.tsx'
import { Time } from '#components/ui/time.tsx'
import { whoseText } from '#components/whose.ts'

type Instance = {
  id: string
  environment: string
  cluster: string
  namespace: string
  adopted: boolean
  status: string
  reason: string | null
  message: string | null
  kind: string | null
  code: string | null
  whose: 'yours' | 'ours' | 'another_team' | 'heals_itself' | null
  nextStep: string | null
  revision: string | null
  since: string
  pin: { commit: string; number: number } | null
  act: {
    kind: 'reconcile' | 'suspend' | 'resume'
    state: 'asked' | 'done' | 'failed'
    by: string
    reason: string
    until: string | null
    detail: string | null
  } | null
}

/** One row per cluster and environment; what is not Ready says why. */
export function InstanceTable({ instances }: { instances: readonly Instance[] }) {
  if (instances.length === 0)
    return <Empty title="No instance yet.">They are recorded when the change is applied.</Empty>
  return (
    <Table>
      <thead>
        <tr>
          <th scope="col">State</th>
          <th scope="col">Cluster</th>
          <th scope="col" className="not-phone">
            Environment
          </th>
          <th scope="col" className="not-phone w-2/5">
            Why
          </th>
          <th scope="col" className="not-phone">
            Revision
          </th>
          <th scope="col" className="figure not-phone">
            Since
          </th>
        </tr>
      </thead>
      <tbody>
        {instances.map((instance) => (
          <tr key={instance.id}>
            <td className="w-44">
              <State look={instanceLook(instance)} />
              <span className="phone-only">
                <Pin instance={instance} />
                <Act act={instance.act} />
              </span>
            </td>
            <td>
              <span className="name mono" title={instance.namespace}>
                {instance.cluster}
              </span>
              {instance.adopted ? (
                <span className="ml-1.5" title={`${instance.namespace} stood before; it stays`}>
                  <Tag>adopted</Tag>
                </span>
              ) : null}
            </td>
            <td className="not-phone text-ink-2">{instance.environment}</td>
            <td className="not-phone max-w-0">
              <span className="cut block text-ink-2" title={instance.message ?? undefined}>
                {whyText(instance)}
              </span>
              <NextStep instance={instance} />
              <Pin instance={instance} />
              <Act act={instance.act} />
            </td>
            <td className="not-phone mono text-ink-2">{shortRevision(instance.revision)}</td>
            <td className="figure not-phone whitespace-nowrap text-ink-2">
              <Time at={instance.since} as="ago" />
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}

/** What is Ready and yet wrong says what, in the words of its cause. */
function instanceLook({ status, code }: Instance) {
  const look = lookOf('flux', status)
  if (status !== 'ready_but' || !code) return look
  return { ...look, word: `Ready, but ${code.replaceAll('_', ' ')}` }
}

/** States in which somebody may have to do something. */
const TROUBLED = [
  'stalled',
  'failing',
  'failing_retrying',
  'unknown',
  'ready_but',
  'source_failing',
]

function NextStep({ instance: { status, code, whose, nextStep } }: { instance: Instance }) {
  if (!whose || !nextStep || !TROUBLED.includes(status)) return null
  return (
    <span className="block whitespace-normal text-xs text-ink-3" title={code ?? undefined}>
      {whoseText(whose)} {nextStep}
    </span>
  )
}

/** Where a change holds the instance, so that nobody waits for a push to arrive. */
function Pin({ instance: { pin, revision } }: { instance: Instance }) {
  if (!pin) return null
  const branch = revision?.includes('@') ? revision.split('@')[0] : 'its branch'
  return (
    <span className="block whitespace-normal text-xs text-ink-3">
      Pinned at <span className="mono">{pin.commit.slice(0, 7)}</span> by{' '}
      <Link className="link" href={`/changes/${pin.number}`}>
        {changeNumber(pin.number)}
      </Link>
      , does not follow {branch}.
    </span>
  )
}

const ASKED = { reconcile: 'A reconcile', suspend: 'A suspension', resume: 'A resume' } as const

/** What somebody asked of the instance, where it still matters. */
function Act({ act }: { act: Instance['act'] }) {
  if (!act) return null
  const { kind, state, by, reason, until, detail } = act
  return (
    <span className="block whitespace-normal text-xs text-ink-3">
      {state === 'done' ? `Suspended by ${by}: ${reason}.` : null}
      {state === 'done' && until ? (
        <>
          {' '}
          Ends <Time at={until} />.
        </>
      ) : null}
      {state === 'asked'
        ? `${ASKED[kind]} asked by ${by}${detail ? ` waits: ${detail}` : ' is under way'}.`
        : null}
      {state === 'failed' ? `${ASKED[kind]} asked by ${by} was not done. ${detail ?? ''}` : null}
    </span>
  )
}

function whyText({ status, kind, reason, message }: Instance): string {
  if (status === 'ready') return ''
  if (status === 'suspended') return message ?? ''
  if (status === 'unknown' && !message) return 'not seen yet'
  return [kind, reason, message].filter(Boolean).join(': ')
}

/** "main@sha1:8c41f07…" as people quote it: the first seven digits of the commit. */
function shortRevision(revision: string | null): string {
  if (!revision) return '–'
  return (/(?:sha1:|\/)?([0-9a-f]{7})[0-9a-f]{33}$/.exec(revision)?.[1] ?? revision).slice(0, 12)
}
