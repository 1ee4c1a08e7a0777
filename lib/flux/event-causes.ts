import { type Cause, causeOfFailure, matching, type Rule } from './cause.ts'

/** Why pods do not come or do not live, as the Events of a ReplicaSet, Job or Pod say it. */
const POD_RULES: readonly Rule[] = [
  {
    code: 'pods_refused_security',
    message: /violates PodSecurity/,
    whose: 'yours',
    nextStep:
      'The namespace takes only pods of its Pod Security level. Set the securityContext that the message names, and push.',
  },
  {
    code: 'quota_exceeded',
    message: /exceeded quota/,
    whose: 'yours',
    nextStep: 'The namespace is full. Remove what is not needed, or ask for a larger size.',
  },
  {
    code: 'pods_refused_limits',
    message: /must be less than or equal to .* limit|(?:maximum|minimum) \w+ usage per|LimitRange/,
    whose: 'yours',
    nextStep: 'The pods ask for more than one may have here. Lower requests and limits, and push.',
  },
  {
    code: 'pods_refused_account',
    message: /serviceaccount "[^"]*" not found/i,
    whose: 'yours',
    nextStep: 'The pods name a service account that is not there. Place it, or name another.',
  },
  {
    code: 'pods_refused',
    reason: /^FailedCreate$/,
    whose: 'yours',
    nextStep: 'The cluster does not take the pods. Do what its message says, and push.',
  },
  {
    code: 'unschedulable',
    reason: /^FailedScheduling$/,
    whose: 'yours',
    nextStep:
      'No node has room for these pods. Ask for less and push; if that is little already, tell the platform team that the cluster is full.',
  },
  {
    code: 'image_pull',
    message: /ErrImagePull|ImagePullBackOff|Failed to pull image|Back-off pulling image/,
    whose: 'yours',
    nextStep: 'The image cannot be fetched. Check its name and that the first build has pushed it.',
  },
  {
    code: 'volume',
    reason: /^(FailedMount|FailedAttachVolume|ProvisioningFailed)$/,
    whose: 'yours',
    nextStep: 'A volume is missing: a ConfigMap, Secret or claim that the pods name. Place it.',
  },
  {
    code: 'crash_loop',
    reason: /^(BackOff|Failed)$/,
    whose: 'yours',
    nextStep: 'The container ends again and again. Read its log; push a fix.',
  },
  {
    code: 'probe_failing',
    reason: /^Unhealthy$/,
    whose: 'yours',
    nextStep: 'The container runs and its probe fails. Correct the probe or the service; push.',
  },
]

/** What the notification-controller could not send: our own ear is deaf, the poll still sees. */
const NOTIFICATION_LOST: Cause = {
  code: 'notification_lost',
  whose: 'ours',
  nextStep:
    'Flux could not send an event here. What is shown is still true: it is read from the cluster. The platform team mends the way back.',
}

const DRIFT: Cause = {
  code: 'drift',
  whose: 'heals_itself',
  nextStep: 'Somebody changed on the cluster what Flux placed. Flux says whether it put it back.',
}

export type Told = {
  /** `Warning` of a Kubernetes Event, `error` of Flux's own. */
  severity: string
  reason: string
  message: string
  /** Kind that it speaks of. */
  kind: string
}

/**
 * What an event tells of its object: null where nothing is the matter. Judged by severity and never by reason alone: what fails in a deletion is sent
 * with the reason of the last success (Flux 2.9).
 */
export function causeOfEvent({ severity, reason, message, kind }: Told): Cause | null {
  if (severity !== 'Warning' && severity !== 'error') return null
  if (reason === 'NotificationDispatchFailed') return NOTIFICATION_LOST
  if (reason === 'DriftDetected') return DRIFT
  if (/^(Pod|ReplicaSet|StatefulSet|DaemonSet|Job|Deployment)$/.test(kind)) {
    return matching(POD_RULES, reason, message) ?? causeOfFailure(reason, message)
  }
  return causeOfFailure(reason, message)
}
