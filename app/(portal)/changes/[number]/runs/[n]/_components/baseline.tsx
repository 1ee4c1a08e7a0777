'use client'
import { useState } from 'react'
import { attempt } from '#components/attempt.ts'
import type { ErrorText } from '#components/error-text.ts'
import { type BaselinePicture, isOver, type RunPicture } from '#components/run/run-picture.ts'
import { Shape } from '#components/states/shape.tsx'
import { Button } from '#components/ui/button.tsx'
import { CopyButton } from '#components/ui/copy-button.tsx'
import { ErrorPanel } from '#components/ui/error-panel.tsx'
import { Note } from '#components/ui/note.tsx'
import { Time } from '#components/ui/time.tsx'
import type { BaselineLook } from '#lib/fleet/baseline/look.ts'
import { lookAgainAction } from '../../../actions.ts'

type BaselineProps = { run: RunPicture; baseline: BaselinePicture; mayOperate: boolean }

const RESOURCES: Readonly<Record<string, string>> = {
  ValidatingAdmissionPolicy: 'validatingadmissionpolicy',
  ValidatingAdmissionPolicyBinding: 'validatingadmissionpolicybinding',
  ClusterRole: 'clusterrole',
}

/** What an administrator is to apply, how, and what is still missing, object by object and policy by policy. */
export function Baseline({ run, baseline, mayOperate }: BaselineProps) {
  return (
    <>
      {isOver(run.state) ? null : <Apply number={run.number} baseline={baseline} />}
      <section aria-labelledby="standing" className="mb-6">
        <div className="section-head">
          <h2 id="standing">What stands on {baseline.cluster}</h2>
          <span className="text-xs text-ink-3">
            {baseline.look ? (
              <>
                looked at <Time at={baseline.look.at} as="ago" />
              </>
            ) : (
              'not looked at yet'
            )}
          </span>
          {mayOperate && !isOver(run.state) ? <LookNow runId={run.runId} /> : null}
        </div>
        {baseline.away ? (
          <Note className="mb-2" tone="warn" shape="warn" title="The last look failed">
            <p className="wrap-anywhere">The cluster {baseline.away}</p>
            <p className="text-ink-2">It is waited for, and looked at again by itself.</p>
          </Note>
        ) : null}
        {baseline.look ? <Look look={baseline.look} /> : null}
      </section>
    </>
  )
}

function Apply({ number, baseline }: { number: number; baseline: BaselinePicture }) {
  const { version, manifest, unwanted } = baseline
  const file = `cluster-baseline-${version}.yaml`
  const command = [
    `echo '${manifest}  ${file}' | sha256sum --check && kubectl apply --server-side --force-conflicts -f - < ${file}`,
    ...unwanted.map(
      ({ kind, name }) => `kubectl delete ${RESOURCES[kind] ?? kind.toLowerCase()} ${name}`,
    ),
  ].join('\n')
  return (
    <section aria-labelledby="apply" className="mb-6">
      <h2 id="apply" className="mb-1.5">
        What to apply
      </h2>
      <p className="text-ink-2">
        An administrator of {baseline.cluster}, or its own Flux, applies exactly these bytes.
        Stairway has no right to write them.
      </p>
      <p className="my-1.5">
        <a className="link" href={`/changes/${number}/baseline`} download={file}>
          Download {file}
        </a>
      </p>
      <p className="mono text-xs wrap-anywhere text-ink-2">SHA-256 {manifest}</p>
      <div className="mt-1.5 flex items-start gap-2">
        <code className="mono min-w-0 flex-1 text-xs wrap-anywhere whitespace-pre-wrap">
          {command}
        </code>
        <CopyButton text={command} what="the command" />
      </div>
    </section>
  )
}

function LookNow({ runId }: { runId: string }) {
  const [pending, setPending] = useState(false)
  const [error, setError] = useState<ErrorText | null>(null)
  async function look(): Promise<void> {
    setPending(true)
    setError(await attempt(() => lookAgainAction({ runId })))
    setPending(false)
  }
  return (
    <span className="ml-auto">
      <Button size="small" pending={pending} onClick={() => void look()}>
        Look now
      </Button>
      {error ? <ErrorPanel text={error} /> : null}
    </span>
  )
}

const OBJECTS = {
  equal: { shape: 'pass', tone: 'ok', word: 'As approved' },
  gone: { shape: 'pass', tone: 'ok', word: 'Gone' },
  missing: { shape: 'fail', tone: 'bad', word: 'Missing' },
  differs: { shape: 'warn', tone: 'warn', word: 'Differs' },
  deleting: { shape: 'warn', tone: 'warn', word: 'Being deleted' },
  unwanted: { shape: 'warn', tone: 'warn', word: 'No longer wanted' },
} as const

const PROBES = {
  refused: { shape: 'pass', tone: 'ok', word: 'Refused' },
  let_through: { shape: 'fail', tone: 'bad', word: 'Let through' },
  unclear: { shape: 'unknown', tone: 'idle', word: 'Not asked' },
  not_asked: { shape: 'unknown', tone: 'idle', word: 'Not asked' },
} as const

function Look({ look }: { look: BaselineLook }) {
  return (
    <>
      <ul className="rows" aria-label="Objects">
        {look.objects.map(({ kind, name, state, at }) => (
          <Row
            key={`${kind}/${name}`}
            {...OBJECTS[state]}
            title={name}
            about={at ? `${kind}, at ${at}` : kind}
          />
        ))}
      </ul>
      <h3 className="mt-4 mb-1">What the policies must refuse</h3>
      <p className="text-xs text-ink-2">
        Asked with Stairway’s own rights, as dry runs: nothing is written.
      </p>
      <ul className="rows" aria-label="Probes">
        {look.probes.map(({ policy, tries, outcome, said }) => (
          <Row
            key={`${policy} ${tries}`}
            {...PROBES[outcome]}
            title={policy}
            about={said ? `${tries}: ${said}` : tries}
          />
        ))}
      </ul>
    </>
  )
}

type RowProps = {
  shape: 'pass' | 'fail' | 'warn' | 'unknown'
  tone: 'ok' | 'bad' | 'warn' | 'idle'
  word: string
  title: string
  about: string
}

function Row({ shape, tone, word, title, about }: RowProps) {
  return (
    <li>
      <span className="flex min-w-0 gap-2">
        <Shape name={shape} tone={tone} className="mt-0.5 flex-none" />
        <span className="min-w-0 wrap-anywhere">
          <span className="mono">{title}</span>
          <span className="block text-xs text-ink-2">{about}</span>
        </span>
      </span>
      <span className="text-xs whitespace-nowrap text-ink-2">{word}</span>
    </li>
  )
}
