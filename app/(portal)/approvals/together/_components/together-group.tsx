'use client'
import Link from 'next/link'
import { useState } from 'react'
import { changeNumber, shortHash } from '#components/change-number.ts'
import { Button } from '#components/ui/button.tsx'
import { Dialog } from '#components/ui/dialog.tsx'
import { ErrorPanel } from '#components/ui/error-panel.tsx'
import { Table } from '#components/ui/table.tsx'
import { Time } from '#components/ui/time.tsx'
import { counted } from '#components/words.ts'
import { type Told, useTogether } from './use-together.ts'

export type Line = {
  changeId: string
  number: number
  service: string
  tenant: string
  requester: string
  stage: string
  planHash: string
  dueAt: string
  objects: number
  targets: number
  files: number
  records: number
}

type TogetherGroupProps = {
  group: { template: string; lines: readonly Line[]; more: boolean }
  onTold: (told: readonly Told[]) => void
}

/** Changes of one template and version, line by line, each to be ticked. */
export function TogetherGroup({ group, onTold }: TogetherGroupProps) {
  const { template, lines, more } = group
  const [asked, setAsked] = useState(false)
  const at = useTogether(template, lines, onTold)
  const n = at.chosen.length
  const ask = () => n > 0 && setAsked(true)
  return (
    <section className="pad" aria-label={template}>
      <div className="section-head">
        <h2>{template}</h2>
        <span className="text-xs text-ink-3">
          {more ? `The first ${lines.length}; the others come when these are decided.` : null}
        </span>
      </div>
      {at.error ? <ErrorPanel text={at.error} /> : null}
      <Lines lines={lines} isTicked={at.isTicked} tick={at.tick} />
      <div className="mt-3 flex flex-wrap items-center gap-3">
        <Button kind="primary" data-ask="" aria-disabled={n === 0} onClick={ask}>
          Approve {counted(n, 'change')}…
        </Button>
        <span className="text-xs text-ink-3">
          {n === 0 ? 'Tick what you have read.' : 'Each is signed by the hash on its line.'}
        </span>
      </div>
      <Dialog
        open={asked}
        onOpenChange={setAsked}
        title={`Approve ${counted(n, 'change')}?`}
        acts={
          <>
            <Button onClick={() => setAsked(false)}>Back</Button>
            <Button
              kind="primary"
              pending={at.pending}
              onClick={() => void at.sign().finally(() => setAsked(false))}
            >
              {at.pending ? 'Signing' : `Approve, sign ${n}`}
            </Button>
          </>
        }
      >
        <ul>
          {at.chosen.map(({ changeId, number, service, planHash }) => (
            <li key={changeId} className="flex flex-wrap gap-x-2 border-t border-line py-1">
              <span className="mono">{changeNumber(number)}</span>
              <b className="name flex-1 wrap-anywhere">{service}</b>
              <span className="mono">{shortHash(planHash)}</span>
            </li>
          ))}
        </ul>
        <p className="mt-2">Where yours is the last signature needed, work starts at once.</p>
      </Dialog>
    </section>
  )
}

type LinesProps = {
  lines: readonly Line[]
  isTicked: (line: Line) => boolean
  tick: (line: Line, on: boolean) => void
}

function Lines({ lines, isTicked, tick }: LinesProps) {
  return (
    <Table>
      <thead>
        <tr>
          <th scope="col">Sign</th>
          <th scope="col">Change</th>
          <th scope="col">What it makes</th>
          <th scope="col" className="not-phone">
            Plan
          </th>
          <th scope="col" className="figure not-phone">
            Due
          </th>
        </tr>
      </thead>
      <tbody>
        {lines.map((line) => (
          <Row key={line.changeId} line={line} ticked={isTicked(line)} tick={tick} />
        ))}
      </tbody>
    </Table>
  )
}

type RowProps = { line: Line; ticked: boolean; tick: LinesProps['tick'] }

function Row({ line, ticked, tick }: RowProps) {
  const number = changeNumber(line.number)
  return (
    <tr>
      <td>
        <input
          type="checkbox"
          data-sign=""
          className="size-5"
          checked={ticked}
          aria-label={`Sign ${number} ${line.service}`}
          onChange={(event) => tick(line, event.target.checked)}
        />
      </td>
      <td className="wrap-anywhere">
        <Link className="name" href={`/changes/${line.number}`}>
          {line.service}
        </Link>
        <span className="block text-xs text-ink-3">
          <span className="mono whitespace-nowrap">{number}</span> · {line.tenant} ·{' '}
          {line.requester} · {line.stage}
        </span>
      </td>
      <td className="text-ink-2">
        {counted(line.objects, 'object')} on {counted(line.targets, 'target')},{' '}
        {counted(line.files, 'file')}, {counted(line.records, 'CMDB item')}
        <span className="phone-only mono block text-xs wide:!hidden">
          {shortHash(line.planHash)}
        </span>
      </td>
      <td className="not-phone mono" title={line.planHash}>
        {shortHash(line.planHash)}
      </td>
      <td className="figure not-phone whitespace-nowrap text-ink-2">
        <Time at={line.dueAt} />
      </td>
    </tr>
  )
}
