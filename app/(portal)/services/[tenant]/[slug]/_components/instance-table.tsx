import { lookOf } from '#components/states/look.ts'
import { State } from '#components/states/state.tsx'
import { Empty } from '#components/ui/empty.tsx'
import { Table } from '#components/ui/table.tsx'
import { Time } from '#components/ui/time.tsx'

type Instance = {
  id: string
  environment: string
  cluster: string
  namespace: string
  status: string
  reason: string | null
  message: string | null
  kind: string | null
  revision: string | null
  since: string
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
              <State look={lookOf('flux', instance.status)} />
            </td>
            <td>
              <span className="name mono" title={instance.namespace}>
                {instance.cluster}
              </span>
            </td>
            <td className="not-phone text-ink-2">{instance.environment}</td>
            <td className="not-phone max-w-0">
              <span className="cut block text-ink-2" title={instance.message ?? undefined}>
                {whyText(instance)}
              </span>
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

function whyText({ status, kind, reason, message }: Instance): string {
  if (status === 'ready') return ''
  if (status === 'unknown' && !message) return 'not seen yet'
  return [kind, reason, message].filter(Boolean).join(': ')
}

/** "main@sha1:8c41f07…" as people quote it: the first seven digits of the commit. */
function shortRevision(revision: string | null): string {
  if (!revision) return '–'
  return (/(?:sha1:|\/)?([0-9a-f]{7})[0-9a-f]{33}$/.exec(revision)?.[1] ?? revision).slice(0, 12)
}
