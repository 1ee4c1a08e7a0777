import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import { type Cause, knownCause } from './cause.ts'
import { classify, waits } from './classify.ts'
import { commitOf, readSource } from './readiness.ts'
import { type Condition, conditionOf, mapOf, mapsOf, type Seen, seenOf, textOf } from './status.ts'
import { calm, type Readiness, SEVERITY, worded } from './verdict.ts'

export type HelmReleaseView = {
  /** Its HelmChart or OCIRepository as read beside it. */
  source?: KubernetesObject | null
  /** The GitRepository that its chart is packed from, as read beside it, where there is one. */
  repository?: KubernetesObject | null
  /** Commit that was pushed: Ready at another one is `behind`. */
  expectedRevision?: string
  now?: Date
}

/** Causes of a release that lie in its source: its own status only quotes them. */
const OF_SOURCE = /^(source_|chart_not_found$|commit_verification$|index_invalid$)/

const ROLLED_BACK: Cause = {
  code: 'rolled_back',
  whose: 'yours',
  nextStep:
    'The upgrade failed and the release before it runs again. Correct the chart or its values and push; Flux tries again then.',
}
const UNINSTALLED: Cause = {
  code: 'uninstalled',
  whose: 'yours',
  nextStep:
    'The release failed and was removed again: nothing of it runs. Correct the chart or its values and push; Flux tries again then.',
}
const DRIFTED: Cause = {
  code: 'drift',
  whose: 'yours',
  nextStep:
    'Somebody changed what the release placed, and drift is only watched. Take the change into the chart, or undo it.',
}
const DRIFT_MENDED: Cause = {
  code: 'drift',
  whose: 'heals_itself',
  nextStep: 'Somebody changed what the release placed. Flux puts it back at its next look.',
}

/**
 * Reads a HelmRelease as a cluster reported it; null reads as unknown. Ready says what became of the last action; Released and Remediated say what
 * stands now, Drifted whether it still is what was released (helm-controller 1.6).
 */
export function readHelmRelease(
  object: KubernetesObject | null,
  view: HelmReleaseView = {},
): Readiness {
  if (!object) {
    return calm('unknown', { reason: null, commit: null }, 'the object is not on the cluster yet')
  }
  const seen = seenOf(object)
  const own = classify(object, releasedCommit(object, view), view.now)
  if (own.ready) {
    return drifted(object, seen, own) ?? failingSource(own, view) ?? behind(object, own, view)
  }
  const remediated = afterRemediation(seen, own)
  if (remediated) return remediated
  if (OF_SOURCE.test(own.trouble.code) && own.status !== 'stalled') return bySource(own, view)
  if (!waits(own)) return own
  return bySource(own, view)
}

/**
 * The commit whose chart is released. Packed from Git by revision, the version of a chart ends in `+` and the first twelve digits of the commit: which
 * one that is, is known when the repository is at it, or it was expected. Null where it is neither.
 */
function releasedCommit(
  object: KubernetesObject,
  { repository, expectedRevision }: HelmReleaseView,
): string | null {
  const digits = releasedDigits(object)
  if (!digits) return null
  const fetched = repository ? commitOf(seenOf(repository).artifactRevision) : null
  return [expectedRevision, fetched].find((commit) => commit?.startsWith(digits)) ?? null
}

/** Of the release that is deployed: a failed one and those before it are not what runs. */
function releasedDigits(object: KubernetesObject): string | undefined {
  const deployed = mapsOf(mapOf(object.status).history).find(({ status }) => status === 'deployed')
  return /\+([0-9a-f]{12})(?:\.|$)/.exec(textOf(deployed?.chartVersion) ?? '')?.[1]
}

/** Ready at a chart that is not of the newest commit: Flux has not come to it yet. */
function behind(object: KubernetesObject, own: Readiness, view: HelmReleaseView): Readiness {
  const { repository, expectedRevision } = view
  const fetched = repository ? commitOf(seenOf(repository).artifactRevision) : null
  const wanted = expectedRevision ?? fetched
  if (!wanted || own.commit === wanted) return own
  const digits = releasedDigits(object)
  const at = digits ? `Ready at ${digits}` : 'Ready, no release is known yet'
  return {
    ...calm('behind', own, `${at}, not yet at ${wanted.slice(0, 12)}`),
    ready: digits !== undefined,
  }
}

/** A source that is known to fail says more than the release that waits for it, or that is Ready at what was fetched before. */
function failingSource(own: Readiness, view: HelmReleaseView): Readiness | undefined {
  const failing = [view.repository, view.source]
    .flatMap((one) => (one ? [readSource(one, view)] : []))
    .find(({ severity }) => severity >= SEVERITY.failing_retrying)
  return failing && { ...worded('source_failing', own, failing.trouble), ready: own.ready }
}

function bySource(own: Readiness, view: HelmReleaseView): Readiness {
  const quoted = () => ({ ...worded('source_failing', own, own.trouble), ready: false })
  return failingSource(own, view) ?? (waits(own) ? own : quoted())
}

/** Ready False after a rollback tells that the rollback went well; why the upgrade did not is in Released. */
function afterRemediation(seen: Seen, own: Readiness): Readiness | undefined {
  const remediated = conditionOf(seen, 'Remediated')
  if (
    remediated?.status !== 'True' ||
    !['stalled', 'failing', 'failing_retrying'].includes(own.status)
  )
    return undefined
  const released = conditionOf(seen, 'Released')
  const base = /Uninstall/.test(remediated.reason ?? '') ? UNINSTALLED : ROLLED_BACK
  return worded(own.status, own, { ...base, detail: whyOf(released, remediated) })
}

function whyOf(released: Condition | undefined, remediated: Condition): string {
  if (released?.status !== 'False') return remediated.message || 'remediated'
  const cause = knownCause(released.reason, released.message)
  return `${released.message || (cause?.code ?? 'failed')}; ${remediated.message || 'remediated'}`
}

function drifted(object: KubernetesObject, seen: Seen, own: Readiness): Readiness | undefined {
  const drift = conditionOf(seen, 'Drifted')
  if (drift?.status !== 'True') return undefined
  const mode = textOf(mapOf(mapOf(object.spec).driftDetection).mode)
  const cause = mode === 'enabled' ? DRIFT_MENDED : DRIFTED
  return worded('ready_but', own, { ...cause, detail: drift.message || 'drifted' })
}
