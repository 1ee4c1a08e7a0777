import type { BaselineLook } from '#lib/fleet/baseline/look.ts'
import type { LogLine } from './log-view.tsx'
import type { RunStep } from './run-steps.tsx'
import type { RunTarget, TroubleText } from './target-matrix.tsx'

/** A run as the page shows it: what the server sends whenever it moved. */
export type RunPicture = {
  runId: string
  /** Does it take a service out of use? Else it brings one in. */
  retires: boolean
  /** Of a cluster's baseline: what is to be applied, and how far that is. */
  baseline: BaselinePicture | null
  number: number
  attempt: number
  title: string
  state: 'running' | 'waiting' | 'succeeded' | 'failed' | 'cancelled'
  cancelAsked: boolean
  startedAt: string
  finishedAt: string | null
  service: string | null
  steps: readonly RunStep[]
  /** Why the run as a whole stopped, when no target says it. */
  trouble: TroubleText | null
  targets: readonly RunTarget[]
  counts: { failed: number; working: number; queued: number; primed: number; ready: number }
}

export type BaselinePicture = {
  cluster: string
  version: string
  /** SHA-256 of the bytes to apply. */
  manifest: string
  unwanted: readonly { kind: string; name: string }[]
  look: BaselineLook | null
  /** Why the cluster could not be looked at, where that is so. */
  away: string | null
}

/** Newest lines that a page keeps. */
const LINES_KEPT = 2000

/** Adds lines that are new to the ones at hand; a line that comes twice counts once. */
export function withLines(lines: readonly LogLine[], more: readonly LogLine[]): readonly LogLine[] {
  const last = lines.at(-1)?.line ?? -1
  const fresh = more.filter((line) => line.line > last)
  return fresh.length === 0 ? lines : [...lines, ...fresh].slice(-LINES_KEPT)
}

/** What the page says of the whole: "Running, 1 target failed". */
export function runHeadline({ state, counts, cancelAsked, retires, baseline }: RunPicture): string {
  const failed =
    counts.failed === 0
      ? ''
      : `, ${counts.failed} ${counts.failed === 1 ? 'target' : 'targets'} failed`
  if (cancelAsked && (state === 'running' || state === 'waiting'))
    return `Stopping after the steps in flight${failed}`
  const words = {
    running: 'Running',
    waiting: baseline ? 'Waiting for an administrator' : 'Waiting',
    succeeded: doneText({ retires, baseline }),
    failed: 'Stopped',
    cancelled: 'Cancelled',
  }
  return `${words[state]}${failed}`
}

function doneText({ retires, baseline }: Pick<RunPicture, 'retires' | 'baseline'>): string {
  if (baseline) return 'Done, the baseline is in force'
  return retires ? 'Done, the service is offboarded' : 'Done, Flux reports Ready'
}

/** Is there nothing more to come? */
export function isOver(state: RunPicture['state']): boolean {
  return state === 'succeeded' || state === 'failed' || state === 'cancelled'
}
