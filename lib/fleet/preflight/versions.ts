import { type Check, found, judged, passed } from './check.ts'
import type { ClusterEvidence } from './evidence.ts'

/** Validating admission policies became stable with it. */
const LEAST_MINOR = 30
/** The oldest that current Flux is tested on. */
const TESTED_MINOR = 33

/** The minor of a 1.x version, whatever a vendor added to it. */
export function minorOf(version: string): number | undefined {
  const minor = /^v?1\.(\d+)(?:\D|$)/.exec(version)?.[1]
  return minor === undefined ? undefined : Number(minor)
}

/** Kubernetes must be new enough for admission policies. */
export function checkKubernetes({ kubernetesVersion }: ClusterEvidence): Check {
  const nature = {
    id: 'kubernetes_version',
    blocking: true,
    risk: 'Before 1.30 there are no validating admission policies, so nothing would hold tenants apart.',
  } as const
  const minor = minorOf(kubernetesVersion)
  const evidence = `Kubernetes ${kubernetesVersion}`
  const remedy = `Upgrade the cluster to 1.${TESTED_MINOR} or newer.`
  if (minor === undefined)
    return found(nature, { outcome: 'unknown', evidence, remedy: 'kubectl version' })
  if (minor < LEAST_MINOR) return found(nature, { outcome: 'fail', evidence, remedy })
  if (minor < TESTED_MINOR)
    return found(
      { ...nature, risk: 'Current Flux is not tested on it, and it gets no fixes any more.' },
      { outcome: 'warn', evidence, remedy },
    )
  return passed(nature, evidence)
}

const WARN_SECONDS = 30
const FAIL_SECONDS = 300

/** The clocks of the cluster and of the worker must agree. */
export function checkClock({ clock }: ClusterEvidence): Check {
  const nature = {
    id: 'clock',
    blocking: false,
    risk: 'Tokens and certificates are refused early or late, and events are told in the wrong order.',
  } as const
  const remedy = 'timedatectl set-ntp true   # on the nodes of its control plane'
  if (clock.server === null)
    return found(nature, { outcome: 'unknown', evidence: 'the API server sent no time', remedy })
  const seconds = Math.round(Math.abs(clock.server - clock.ours) / 1000)
  const evidence = `its clock and ours are ${seconds} s apart`
  if (seconds <= WARN_SECONDS) return passed(nature, evidence)
  return found(nature, { outcome: seconds > FAIL_SECONDS ? 'fail' : 'warn', evidence, remedy })
}

/** All kinds that are placed must be served in the versions in which they are written. */
export function checkKinds({ kinds }: ClusterEvidence): Check {
  const nature = {
    id: 'kinds_served',
    blocking: true,
    risk: 'What Stairway places is refused there, and an onboarding stops half way.',
  } as const
  return judged(nature, kinds, (all) => {
    const missing = all.filter(({ served }) => !served)
    if (missing.length === 0) return passed(nature, `serves all ${all.length} kinds that are used`)
    return found(nature, {
      outcome: 'fail',
      evidence: `does not serve ${missing.map(({ apiVersion, kind }) => `${apiVersion} ${kind}`).join(', ')}`,
      remedy:
        'flux install --components source-controller,kustomize-controller,notification-controller   # Flux 2.3 or newer',
    })
  })
}
