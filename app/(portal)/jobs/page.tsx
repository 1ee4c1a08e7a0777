import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { listUrl, single } from '#components/list-url.ts'
import { Refresher } from '#components/refresher.tsx'
import { Page, PageHead } from '#components/shell/page.tsx'
import { Shape } from '#components/states/shape.tsx'
import { Note } from '#components/ui/note.tsx'
import { Pagination } from '#components/ui/pagination.tsx'
import { Table } from '#components/ui/table.tsx'
import { Time } from '#components/ui/time.tsx'
import { counted } from '#components/words.ts'
import { may } from '#lib/auth/permissions.ts'
import { type QueueRow, readJobs, type WorkerRow } from '#lib/jobs/queries.ts'
import { platform } from '#lib/web/platform.ts'
import { requireViewer } from '#lib/web/viewer.ts'
import { FailedJobs } from './_components/failed-jobs.tsx'

export const metadata: Metadata = { title: 'Jobs' }

const EVERY_MS = 5000
const WHAT: Record<string, string> = {
  'change.start': 'Starts changes that may start',
  'cluster.observe': 'Looks at a cluster',
  'freeze.hold': 'Suspends and resumes what freezes hold on a cluster',
  'instance.act': 'Reconciles, suspends or resumes an instance',
  'cluster.sweep': 'Compares a cluster with what was approved',
  'cluster.rebuild': 'Primes a rebuilt cluster again',
  'target.repair': 'Puts right what differs',
  'adoption.survey': 'Surveys namespaces to adopt',
  'evidence.pack': 'Makes an evidence pack',
  'source.read': 'Reads a source of facts',
  'directory.sync': 'Reads a directory by LDAP',
  'audit.export': 'Sends audit chains to a destination',
  'audit.test': 'Tests an audit destination',
  'servicenow.sync': 'Tells ServiceNow of a change',
  'servicenow.read': 'Reads a tenant’s changes in ServiceNow',
  'servicenow.test': 'Tests the line to a tenant’s ServiceNow',
  'chat.send': 'Tells a tenant’s chat channel',
  'chat.test': 'Tests a tenant’s chat channel',
  'names.look': 'Looks for names and commits outside',
  'delivery.send': 'Sends mail',
  'run.advance': 'Takes a run as far as it goes',
  'run.targets': 'Works on the targets of a step',
}

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> }

export default async function JobsPage({ searchParams }: Props) {
  const viewer = await requireViewer()
  if (!may(viewer, 'platform.read')) notFound()
  const query = single(await searchParams)
  const { queues, failed, workers } = await readJobs(platform(), viewer, query)
  const to = (change: Record<string, string>) => listUrl('/jobs', query, change)
  const alive = workers.some((worker) => worker.alive)
  return (
    <Page crumbs={[{ label: 'Jobs' }]}>
      <Refresher every={EVERY_MS} />
      <PageHead
        title="Jobs"
        sub="What the workers do. A job only says where to look; the rows are the truth."
      />
      {alive ? null : (
        <Note
          className="mx-(--gutter) mb-3"
          tone="bad"
          shape="fail"
          title="No worker is alive: nothing is started, applied or observed."
        >
          Requests and approvals are kept and go on when one is back. The runbook worker-down says
          how.
        </Note>
      )}
      <Queues queues={queues} />
      <div className="two">
        <div className="two-main">
          <h2 className="mb-2">Failed for good</h2>
          {failed.rows.length === 0 ? (
            <p className="text-ink-2">
              None. Failed tries are repeated by themselves, each later than the last.
            </p>
          ) : (
            <FailedJobs jobs={failed.rows} manage={may(viewer, 'platform.manage')} />
          )}
          {failed.back || failed.next ? (
            <Pagination
              summary={counted(failed.rows.length, 'failed job')}
              back={failed.back && to({ before: failed.back })}
              next={failed.next && to({ after: failed.next })}
            />
          ) : null}
        </div>
        <aside className="aside" aria-label="Workers">
          <Workers workers={workers} />
        </aside>
      </div>
    </Page>
  )
}

function Queues({ queues }: { queues: readonly QueueRow[] }) {
  return (
    <Table full flat>
      <thead>
        <tr>
          <th scope="col">Queue</th>
          <th scope="col" className="figure">
            Waiting
          </th>
          <th scope="col" className="figure">
            At work
          </th>
          <th scope="col" className="figure not-phone">
            Trying again
          </th>
          <th scope="col" className="figure">
            Failed
          </th>
          <th scope="col" className="figure not-phone">
            Done today
          </th>
          <th scope="col" className="figure not-phone">
            Oldest due
          </th>
        </tr>
      </thead>
      <tbody>
        {queues.map((queue) => (
          <tr key={queue.name}>
            <td>
              <span className="mono">{queue.name}</span>
              <span className="block text-xs text-ink-3">{WHAT[queue.name]}</span>
            </td>
            <td className="figure">{queue.waiting}</td>
            <td className="figure">{queue.active}</td>
            <td className="figure not-phone">{queue.retrying}</td>
            <td className="figure">{queue.failed}</td>
            <td className="figure not-phone">{queue.completed}</td>
            <td className="figure not-phone text-ink-2">
              {queue.oldest ? <Time at={queue.oldest} as="age" /> : '–'}
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}

function Workers({ workers }: { workers: readonly WorkerRow[] }) {
  return (
    <section aria-labelledby="workers">
      <h2 id="workers">Workers</h2>
      <ul className="rows">
        {workers.map((worker) => (
          <li key={worker.worker}>
            <span className="mono wrap-anywhere">
              {worker.worker}
              <span className="block text-xs text-ink-3">
                since <Time at={worker.startedAt} />
              </span>
            </span>
            <span
              className={`inline-flex items-center gap-1.5 ${worker.alive ? 'tone-ok' : 'tone-idle'}`}
            >
              <Shape name={worker.alive ? 'pass' : 'none'} />
              {worker.alive ? (
                'alive'
              ) : (
                <>
                  gone <Time at={worker.seenAt} as="ago" />
                </>
              )}
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}
