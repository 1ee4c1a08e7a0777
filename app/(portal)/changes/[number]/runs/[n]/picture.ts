import type { LogLine } from '#components/run/log-view.tsx'
import type { RunPicture } from '#components/run/run-picture.ts'
import type { RunStep } from '#components/run/run-steps.tsx'
import type { RunTarget, TroubleText } from '#components/run/target-matrix.tsx'
import { type Look, lookOf } from '#components/states/look.ts'
import { whoseText } from '#components/whose.ts'
import { BaselineLook } from '#lib/fleet/baseline/look.ts'
import type { RunPage as Run, readLog } from '#lib/runs/queries.ts'

type Step = Run['steps'][number]
type Target = Run['targets'][number]
type Line = Awaited<ReturnType<typeof readLog>>[number]
type Trouble = NonNullable<Step['error']>

/** In the order in which targets are listed. */
const [FAILED, WORKING, QUEUED, PRIMED, READY] = [0, 1, 2, 3, 4] as const

const STEP_NAMES: Record<string, string> = {
  record_service: 'Register in the CMDB',
  create_repository: 'Create the repository',
  push_scaffold: 'Push the scaffold',
  prime_targets: 'Prime the namespaces',
  await_ready: 'Wait for Flux',
  close_change: 'Close the change',
  check_commit: 'Look for the commit',
  move_sources: 'Move the sources',
  freeze_service: 'Freeze the service',
  clear_targets: 'Clear the clusters',
  archive_repository: 'Archive the repository',
  retire_records: 'Retire the CMDB records',
  close_retirement: 'Close the change',
  await_baseline: 'Wait until it is applied',
  close_baseline: 'Record the version',
}

/** The steps that touch the targets first. */
const FIRST: readonly string[] = ['prime_targets', 'clear_targets', 'move_sources']

/** A run as the page shows it. */
export function pictureOf(run: Run): RunPicture {
  const first = run.steps.find(({ name }) => FIRST.includes(name))
  const began = first?.startedAt ?? null
  const retires = first?.name === 'clear_targets'
  const moves = first?.name === 'move_sources'
  const shown = retires ? clearedTarget : moves ? movedTarget : shownTarget
  const targets = run.targets.map((target) => shown(target, began)).sort(worstFirst)
  const stopped = run.steps.find(
    (step) => step.state === 'failed' && step.error && Object.keys(step.targets).length === 0,
  )
  return {
    runId: run.id,
    retires,
    baseline: baselineOf(run),
    number: run.number,
    attempt: run.attempt,
    title: run.title,
    state: run.state,
    cancelAsked: run.cancelAsked,
    startedAt: run.startedAt,
    finishedAt: run.finishedAt,
    service: run.service,
    steps: run.steps.map(shownStep),
    trouble: stopped?.error ? troubleText(stopped.error, run.id) : null,
    targets: targets.map(({ rank: _rank, ...target }) => target),
    counts: {
      failed: targets.filter((target) => target.rank === FAILED).length,
      working: targets.filter((target) => target.rank === WORKING).length,
      queued: targets.filter((target) => target.rank === QUEUED).length,
      primed: targets.filter((target) => target.rank === PRIMED).length,
      ready: targets.filter((target) => target.rank === READY).length,
    },
  }
}

/** What an administrator is to apply, and what the newest look found. */
function baselineOf({ baseline, steps }: Run): RunPicture['baseline'] {
  if (!baseline) return null
  const facts = steps.find(({ name }) => name === 'await_baseline')?.facts ?? {}
  const look = BaselineLook.safeParse(facts.look)
  return {
    ...baseline,
    look: look.success ? look.data : null,
    away: typeof facts.away === 'string' ? facts.away : null,
  }
}

/** Log lines with the step's words. */
export function linesOf(lines: readonly Line[], run: Pick<Run, 'steps'>): LogLine[] {
  const names = new Map(run.steps.map((step) => [step.ordinal, STEP_NAMES[step.name] ?? step.name]))
  return lines.map(({ line, at, level, ordinal, cluster, text }) => ({
    line,
    at,
    level,
    step: ordinal === null ? '' : (names.get(ordinal) ?? ''),
    target: cluster ?? '',
    text: cluster && text.startsWith(`${cluster}/`) ? text.slice(text.indexOf(': ') + 2) : text,
  }))
}

function shownStep(step: Step): RunStep {
  const retrying = step.state === 'waiting' && step.error !== null
  return {
    name: STEP_NAMES[step.name] ?? step.name,
    state: retrying ? 'retrying' : step.state,
    startedAt: step.startedAt,
    finishedAt: step.finishedAt,
    note: noteOf(step),
  }
}

function noteOf(step: Step): string | undefined {
  const {
    done = 0,
    failed = 0,
    pending = 0,
    running = 0,
    waiting = 0,
    cancelled = 0,
  } = step.targets
  const all = done + failed + pending + running + waiting + cancelled
  if (all > 0) return `${done} of ${all} done${failed > 0 ? `, ${failed} failed` : ''}`
  if (step.name === 'await_baseline')
    return step.state === 'waiting' ? 'for an administrator' : undefined
  if (step.waitReason) return step.waitReason
  if (step.error) return `${step.error.detail}, try ${step.attempts + 1}`
  if (typeof step.facts.registered === 'number') return `${step.facts.registered} items`
  if (typeof step.facts.commit === 'string')
    return `${step.facts.files ?? ''} files, ${step.facts.commit.slice(0, 7)}`.trim()
  return typeof step.facts.htmlUrl === 'string' ? step.facts.htmlUrl : undefined
}

type Ranked = RunTarget & { rank: number }

function shownTarget(target: Target, began: string | null): Ranked {
  const { prime, ready } = target
  const at = ready ?? prime
  const { rank, look } = standingOf(target)
  const failed = rank === 0
  const error = at?.error ?? null
  return {
    id: target.id,
    cluster: target.cluster,
    environment: target.environment,
    namespace: target.namespace,
    applied:
      prime?.state === 'done'
        ? Math.max(target.applied, target.objects)
        : Math.min(target.applied, target.objects),
    objects: target.objects,
    look,
    rank,
    startedAt: prime ? began : null,
    finishedAt: rank === FAILED || rank >= PRIMED ? (at?.updatedAt ?? null) : null,
    broken: failed,
    note: failed || !error ? undefined : waitingText(error, at?.attempts ?? 0),
    trouble: failed && error ? troubleText(error, target.id) : undefined,
  }
}

/** What is waited for; where somebody has to act, who and what. */
function waitingText(error: Trouble, attempts: number): string {
  return `${error.detail}, try ${attempts + 1}${nextOf(error)}`
}

function nextOf({ whose, nextStep }: Trouble): string {
  return whose === 'heals_itself' ? '' : `. ${whoseText(whose)} ${nextStep}`
}

/** A target whose source moves: of its many objects the one that the plan names counts. */
function movedTarget(target: Target, began: string | null): Ranked {
  const shown = shownTarget(target, began)
  const done = target.prime?.state === 'done'
  const look = shown.rank === PRIMED ? { ...shown.look, word: 'Moved' } : shown.look
  return { ...shown, look, applied: done ? target.objects : 0 }
}

/** A target that is let go of: what is gone of all that goes. */
function clearedTarget(target: Target, began: string | null): Ranked {
  const { prime: at, objects, applied } = target
  const shown = shownTarget(target, began)
  const error = at?.error ?? null
  const gone = { ...shown, applied: at ? Math.max(0, objects - applied) : 0 }
  if (at?.state === 'done')
    return {
      ...gone,
      ...{ applied: objects, rank: READY, finishedAt: at.updatedAt, note: undefined },
      look: { ...lookOf('run', 'done'), word: 'Let go' },
    }
  if (at?.state === 'waiting' && error)
    return { ...gone, look: lookOf('run', 'waiting'), note: `${error.detail}${nextOf(error)}` }
  if (at?.state === 'running')
    return { ...gone, look: { ...lookOf('run', 'running'), word: 'Letting go' } }
  return gone
}

function standingOf({ prime, ready, flux }: Target): { rank: number; look: Look } {
  if (prime?.state === 'failed' || ready?.state === 'failed') {
    return {
      rank: FAILED,
      look: ready?.state === 'failed' && flux ? lookOf('flux', flux) : lookOf('run', 'failed'),
    }
  }
  if (prime?.state === 'cancelled' || ready?.state === 'cancelled')
    return { rank: QUEUED, look: lookOf('run', 'cancelled') }
  if (ready?.state === 'done') return { rank: READY, look: lookOf('run', 'ready') }
  if (prime?.state === 'done' && !ready)
    return { rank: PRIMED, look: { ...lookOf('run', 'done'), word: 'Primed' } }
  if (prime?.state === 'done') return { rank: WORKING, look: fluxLook(flux) }
  if (!prime || prime.state === 'pending') return { rank: QUEUED, look: lookOf('run', 'pending') }
  if (prime.state === 'waiting') return { rank: WORKING, look: lookOf('run', 'retrying') }
  return { rank: WORKING, look: { ...lookOf('run', 'running'), word: 'Applying' } }
}

/** Between primed and Ready: what Flux says, but never its Ready before the run has seen the commit. */
function fluxLook(flux: string | null): Look {
  const quiet = flux === null || flux === 'ready' || flux === 'unknown'
  return lookOf('flux', quiet ? 'reconciling' : flux)
}

function worstFirst(one: Ranked, other: Ranked): number {
  return one.rank - other.rank || (one.cluster < other.cluster ? -1 : 1)
}

function troubleText({ code, detail, whose, nextStep }: Trouble, reference: string): TroubleText {
  return {
    happened: detail,
    whose: whoseText(whose),
    next: nextStep,
    reference: `${reference} ${code}`,
  }
}
