import type { LogLine } from '#components/run/log-view.tsx'
import type { RunPicture } from '#components/run/run-picture.ts'
import type { RunStep } from '#components/run/run-steps.tsx'
import type { RunTarget, TroubleText } from '#components/run/target-matrix.tsx'
import { type Look, lookOf } from '#components/states/look.ts'
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
}

/** A run as the page shows it. */
export function pictureOf(run: Run): RunPicture {
  const began = run.steps.find((step) => step.name === 'prime_targets')?.startedAt ?? null
  const targets = run.targets.map((target) => shownTarget(target, began)).sort(worstFirst)
  const stopped = run.steps.find(
    (step) => step.state === 'failed' && step.error && Object.keys(step.targets).length === 0,
  )
  return {
    runId: run.id,
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
    note: failed || !error ? undefined : `${error.detail}, try ${(at?.attempts ?? 0) + 1}`,
    trouble: failed && error ? troubleText(error, target.id) : undefined,
  }
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

const WHOSE: Record<Trouble['whose'], string> = {
  yours: 'Yours: your team can mend it.',
  ours: 'Ours: the platform team mends it.',
  another_team: 'Another team’s.',
  heals_itself: 'It usually heals by itself.',
}

function troubleText({ code, detail, whose, nextStep }: Trouble, reference: string): TroubleText {
  return {
    happened: detail,
    whose: WHOSE[whose],
    next: nextStep,
    reference: `${reference} ${code}`,
  }
}
