'use client'
import Link from 'next/link'
import { useState } from 'react'
import { attempt } from '#components/attempt.ts'
import { changeNumber } from '#components/change-number.ts'
import type { ErrorText } from '#components/error-text.ts'
import { type LogLine, LogView } from '#components/run/log-view.tsx'
import { isOver, type RunPicture, runHeadline } from '#components/run/run-picture.ts'
import { RunSteps } from '#components/run/run-steps.tsx'
import { TargetCounts, TargetMatrix, Trouble } from '#components/run/target-matrix.tsx'
import { Page, PageHead } from '#components/shell/page.tsx'
import { lookOf } from '#components/states/look.ts'
import { State } from '#components/states/state.tsx'
import { Button } from '#components/ui/button.tsx'
import { ErrorPanel } from '#components/ui/error-panel.tsx'
import { Time, Took } from '#components/ui/time.tsx'
import { retryRunAction } from '../../../actions.ts'
import { Baseline } from './baseline.tsx'
import { LiveMark } from './live-mark.tsx'
import { RunActs } from './run-acts.tsx'
import { useRunStream } from './use-run-stream.ts'

type LiveRunProps = { first: RunPicture; firstLines: readonly LogLine[]; mayOperate: boolean }

/** The run as it goes: steps, targets failed first, log. Closing the tab loses nothing. */
export function LiveRun({ first, firstLines, mayOperate }: LiveRunProps) {
  const { run, lines, link } = useRunStream(first, firstLines)
  const number = changeNumber(run.number)
  const headline = runHeadline(run)
  return (
    <Page
      crumbs={[
        { label: 'Changes', href: '/changes' },
        { label: number, href: `/changes/${run.number}` },
        { label: `Run ${run.attempt}` },
      ]}
      tools={<LiveMark link={link} over={isOver(run.state)} />}
    >
      <title>{`${headline} · ${number} · Stairway`}</title>
      <PageHead
        title={run.title}
        beside={
          <State
            chip
            look={lookOf('run', run.counts.failed > 0 && !isOver(run.state) ? 'failed' : run.state)}
            word={headline}
          />
        }
        sub={<RunSub run={run} />}
        acts={mayOperate ? <RunActs run={run} /> : null}
      />
      <div className="run">
        <section className="run-side" aria-labelledby="steps">
          <h2 id="steps" className="mb-1.5">
            Steps
          </h2>
          <RunSteps steps={run.steps} />
          <p className="mt-1.5 border-t border-line pt-2.5 text-xs text-ink-2">
            Closing this tab loses nothing. You get a notice and an e-mail when it is done or needs
            you.
          </p>
        </section>
        <div className="run-main">
          {run.trouble ? (
            <section className="note tone-bad mb-4 block" aria-label="Why it stopped">
              <Trouble trouble={run.trouble} />
            </section>
          ) : null}
          {run.baseline ? (
            <Baseline run={run} baseline={run.baseline} mayOperate={mayOperate} />
          ) : (
            <Targets run={run} mayOperate={mayOperate} />
          )}
          <LogView lines={lines} />
        </div>
      </div>
    </Page>
  )
}

function RunSub({ run }: { run: RunPicture }) {
  return (
    <>
      <Link className="link mono" href={`/changes/${run.number}`}>
        {changeNumber(run.number)}
      </Link>{' '}
      · attempt {run.attempt} · started <Time at={run.startedAt} /> ·{' '}
      <Took from={run.startedAt} to={run.finishedAt} />
      {run.service ? (
        <>
          {' '}
          ·{' '}
          <Link className="link" href={`/services/${run.service}`}>
            {run.service}
          </Link>
        </>
      ) : null}
    </>
  )
}

function Targets({ run, mayOperate }: { run: RunPicture; mayOperate: boolean }) {
  const { failed, working, queued, primed, ready } = run.counts
  return (
    <section aria-labelledby="targets">
      <div className="section-head">
        <h2 id="targets">Targets</h2>
        <TargetCounts
          counts={[
            { state: 'failed', word: 'failed', n: failed },
            { state: 'running', word: 'in progress', n: working },
            { state: 'pending', word: 'queued', n: queued },
            { state: 'done', word: 'primed', n: primed },
            { state: 'ready', word: run.retires ? 'let go' : 'Ready', n: ready },
          ]}
        />
      </div>
      <TargetMatrix
        targets={run.targets}
        acts={() => (mayOperate && isOver(run.state) ? <RetryButton runId={run.runId} /> : null)}
      />
    </section>
  )
}

function RetryButton({ runId }: { runId: string }) {
  const [pending, setPending] = useState(false)
  const [error, setError] = useState<ErrorText | null>(null)
  async function retry(): Promise<void> {
    setPending(true)
    setError(await attempt(() => retryRunAction({ runId })))
    setPending(false)
  }
  return (
    <>
      <Button size="small" pending={pending} onClick={() => void retry()}>
        Retry what failed
      </Button>
      {error ? <ErrorPanel text={error} /> : null}
    </>
  )
}
