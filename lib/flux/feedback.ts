import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import type { Cause } from './cause.ts'
import { classify } from './classify.ts'
import { mapOf, mapsOf, seenOf, textOf } from './status.ts'
import { calm, type Readiness, worded } from './verdict.ts'

export type FeedbackView = {
  now?: Date
  /** Names of the sources and providers in its namespace as `Kind/name`; without it nothing is said of what is missing. */
  present?: ReadonlySet<string>
}

const CROSS_NAMESPACE: Cause = {
  code: 'receiver_cross_namespace',
  whose: 'yours',
  nextStep:
    'It names something of another namespace: every call is refused. Name what is in its own namespace.',
}
const TARGET_MISSING: Cause = {
  code: 'receiver_target_missing',
  whose: 'ours',
  nextStep: 'What a call should wake is not there, so every call fails. Retry the run.',
}
const PROVIDER_MISSING: Cause = {
  code: 'provider_missing',
  whose: 'ours',
  nextStep: 'It sends to a Provider that is not there: no event arrives. Retry the run.',
}

const AT = { reason: null, commit: null }

/**
 * Reads an Alert, a Provider or a Receiver; null reads as unknown. Alert and Provider (v1beta3) have no status: what they say is that they are there,
 * and their failures are events only. A Receiver is Ready whatever it names: that is looked up at each call.
 */
export function readFeedback(
  object: KubernetesObject | null,
  { now, present }: FeedbackView = {},
): Readiness {
  if (!object) return calm('unknown', AT, 'the object is not on the cluster yet')
  if (object.kind === 'Receiver') {
    const own = classify(object, null, now)
    const cause = own.ready ? refusedCalls(object, present) : undefined
    return cause ? worded('ready_but', own, cause) : own
  }
  const { deletingSince, suspended } = seenOf(object)
  if (deletingSince !== null || suspended) return classify(object, null, now)
  const provider = textOf(mapOf(mapOf(object.spec).providerRef).name)
  if (object.kind === 'Alert' && present && !present.has(`Provider/${provider}`)) {
    return worded('failing', AT, { ...PROVIDER_MISSING, detail: `no Provider ${provider}` })
  }
  return calm('ready', AT, 'it has no status of its own; what it cannot send is an event')
}

function refusedCalls(
  object: KubernetesObject,
  present: ReadonlySet<string> | undefined,
): (Cause & { detail: string }) | undefined {
  const own = object.metadata.namespace
  for (const entry of mapsOf(mapOf(object.spec).resources)) {
    const [kind, name, namespace] = [
      textOf(entry.kind),
      textOf(entry.name),
      textOf(entry.namespace),
    ]
    if (namespace && namespace !== own) {
      return { ...CROSS_NAMESPACE, detail: `${kind} ${namespace}/${name} is in another namespace` }
    }
    if (present && name !== '*' && !present.has(`${kind}/${name}`)) {
      return { ...TARGET_MISSING, detail: `no ${kind} ${name}` }
    }
  }
  return undefined
}
