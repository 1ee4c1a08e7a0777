import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import type { Cause } from './cause.ts'
import { classify, waits } from './classify.ts'
import { conditionOf, mapOf, seenOf } from './status.ts'
import { calm, type Readiness, SEVERITY, worded } from './verdict.ts'

export type KustomizationView = {
  /** Commit that was pushed: Ready at another one is `behind` until history says otherwise. */
  expectedRevision?: string
  /** The source as read beside it, so that a failing or newer source shows on what depends on it. */
  source?: KubernetesObject | null
  /** Time of the look. With it, what should have lasted a second is no longer excused after a minute. */
  now?: Date
}

const ABSENT = { reason: null, commit: null }

/** A listing of nothing has the SHA-256 of nothing for a revision. */
const NOTHING = 'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

const NO_OBJECTS: Cause = {
  code: 'source_empty',
  whose: 'yours',
  nextStep:
    'The bucket holds nothing under that prefix. Upload the manifests, or correct the prefix.',
}

/** Reads a source (GitRepository, OCIRepository, Bucket, HelmRepository, HelmChart) as a cluster reported it; null reads as unknown. */
export function readSource(
  object: KubernetesObject | null,
  { now }: Pick<KustomizationView, 'now'> = {},
): Readiness {
  if (!object) return calm('unknown', ABSENT, 'the object is not on the cluster yet')
  if (isStatic(object))
    return calm('ready', ABSENT, 'nothing is fetched before a chart asks for it')
  const { artifactRevision } = seenOf(object)
  const own = classify(object, commitOf(artifactRevision), now)
  if (!own.ready || artifactRevision !== NOTHING) return own
  return worded('ready_but', own, {
    ...NO_OBJECTS,
    detail: `${own.trouble.detail}: no object in it`,
  })
}

/** A HelmRepository of type `oci` is never reconciled: it has no status at all. */
function isStatic(object: KubernetesObject): boolean {
  const { conditions, deletingSince, suspended } = seenOf(object)
  return (
    object.kind === 'HelmRepository' &&
    mapOf(object.spec).type === 'oci' &&
    conditions.length === 0 &&
    deletingSince === null &&
    !suspended
  )
}

/** Reads a Kustomization as a cluster reported it; null reads as unknown. */
export function readKustomization(
  object: KubernetesObject | null,
  view: KustomizationView = {},
): Readiness {
  if (!object) return calm('unknown', ABSENT, 'the object is not on the cluster yet')
  const seen = seenOf(object)
  const own = classify(object, commitOf(seen.appliedRevision), view.now)
  if (own.ready) {
    const wrong = readyBut(seen)
    if (wrong) return worded('ready_but', own, { ...wrong, detail: wrong.detail })
    if (view.expectedRevision) return atExpected(own, view.expectedRevision)
  }
  const source = view.source ? readSource(view.source, view) : null
  if (own.ready || waits(own)) {
    const failing = source && source.severity >= SEVERITY.failing_retrying ? source : undefined
    if (failing) return { ...worded('source_failing', own, failing.trouble), ready: own.ready }
  }
  const newest = view.source ? seenOf(view.source).artifactRevision : null
  if (!own.ready || !newest || newest === seen.appliedRevision) return own
  const detail = `Ready at ${seen.appliedRevision ?? 'no revision'}, the source is at ${newest}`
  return { ...calm('behind', own, detail), ready: true }
}

/** The commit in a Git revision (`main@sha1:<hex>`), or null. */
export function commitOf(revision: string | null | undefined): string | null {
  return revision?.match(/(?:^|@)sha1:([0-9a-f]{40})$/)?.[1] ?? null
}

const EMPTY: Cause = {
  code: 'nothing_applied',
  whose: 'yours',
  nextStep:
    'The overlay yields no object, so everything was pruned. Check `resources:` in its kustomization.yaml.',
}

const UNHEALTHY: Cause = {
  code: 'unhealthy',
  whose: 'yours',
  nextStep: 'What was applied is not healthy any more. Look at its pods and events; push a fix.',
}

/** What is wrong on a Kustomization that says Ready, by its own status. */
function readyBut(seen: ReturnType<typeof seenOf>): (Cause & { detail: string }) | undefined {
  const said = conditionOf(seen, 'Ready')?.message || 'Ready'
  if (seen.emptied) return { ...EMPTY, detail: `${said}: no object applied` }
  const healthy = conditionOf(seen, 'Healthy')
  if (healthy?.status !== 'False') return undefined
  return { ...UNHEALTHY, detail: healthy.message || 'Ready True, Healthy False' }
}

function atExpected(own: Readiness, expected: string): Readiness {
  if (own.commit === expected) return own
  const detail = own.commit
    ? `Ready at ${own.commit.slice(0, 12)}, not yet at ${expected.slice(0, 12)}`
    : 'Ready, no revision applied yet'
  return { ...calm('behind', own, detail), ready: own.commit !== null }
}
