'use client'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { attempt } from '#components/attempt.ts'
import type { ErrorText } from '#components/error-text.ts'
import { Button } from '#components/ui/button.tsx'
import { ErrorPanel } from '#components/ui/error-panel.tsx'
import { Table } from '#components/ui/table.tsx'
import { Time } from '#components/ui/time.tsx'
import { retryJobAction } from '../actions.ts'

type Job = {
  id: string
  queue: string
  data: string
  error: string
  tries: number
  failedAt: string
}

/** Jobs that used up their tries, newest first, with what they said last. */
export function FailedJobs({ jobs, manage }: { jobs: readonly Job[]; manage: boolean }) {
  const router = useRouter()
  const [pending, setPending] = useState<string | null>(null)
  const [error, setError] = useState<ErrorText | null>(null)
  async function retry({ queue, id }: Job): Promise<void> {
    setPending(id)
    setError(await attempt(() => retryJobAction({ queue, id })))
    setPending(null)
    router.refresh()
  }
  return (
    <>
      {error ? <ErrorPanel text={error} /> : null}
      <Table flat>
        <thead>
          <tr>
            <th scope="col">Job</th>
            <th scope="col">What it said last</th>
            <th scope="col" className="figure not-phone">
              Failed
            </th>
            {manage ? (
              <th scope="col">
                <span className="sr-only">Act</span>
              </th>
            ) : null}
          </tr>
        </thead>
        <tbody>
          {jobs.map((job) => (
            <tr key={job.id} className="align-top">
              <td className="mono wrap-anywhere">
                {job.queue}
                <span className="block text-xs text-ink-3">{job.data}</span>
              </td>
              <td className="wrap-anywhere text-ink-2">
                {job.error} <span className="text-xs text-ink-3">after {job.tries} tries</span>
              </td>
              <td className="figure not-phone whitespace-nowrap text-ink-2">
                <Time at={job.failedAt} as="ago" />
              </td>
              {manage ? (
                <td className="figure">
                  <Button size="small" pending={pending === job.id} onClick={() => void retry(job)}>
                    Try again
                  </Button>
                </td>
              ) : null}
            </tr>
          ))}
        </tbody>
      </Table>
    </>
  )
}
