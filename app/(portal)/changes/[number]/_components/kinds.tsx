import Link from 'next/link'
import { counted } from '#components/words.ts'

type Change = {
  kind: string
  tenant: string
  service: string | null
  request: Record<string, unknown> | null
}

/** What its last tread says, when it is behind and before. */
export function doneWord(kind: string): { past: string; future: string } {
  if (kind === 'retire') return { past: 'gone', future: 'nothing of it left' }
  if (kind === 'cluster_baseline') return { past: 'in force', future: 'read back and probed' }
  if (kind === 'edit_policy') return { past: 'in force', future: 'in force for new changes' }
  return { past: 'Ready', future: 'Flux Ready on every target' }
}

/** What a failure leaves, by the kind of the change. */
export const FAILS: Readonly<Record<string, string>> = {
  onboard:
    'Each target stops by itself and says why; what is done stays and is tried again from there.',
  retire:
    'Each target waits or stops by itself and says why. What is deleted stays deleted; nothing of others is touched.',
  roll_back:
    'Each target stops by itself and says why; the others go on. Where it was moved it stays so, and the service’s page says that.',
  cluster_baseline:
    'Stairway writes nothing of it. What an administrator applied stays; the run says what is missing or differs, and ends after 14 days.',
  edit_policy: 'The version in force stays in force; nothing is half-written.',
}

/** Name of the cluster that a change to the fleet is about. */
export function clusterOf(request: Change['request']): string {
  return typeof request?.cluster === 'string' ? request.cluster : ''
}

/** Whom the change reaches. */
export function WhoIsHit({ change: { kind, tenant, service, request } }: { change: Change }) {
  if (kind === 'cluster_baseline') {
    const cluster = clusterOf(request)
    return (
      <>
        Every tenant on{' '}
        <Link className="link" href={`/fleet/clusters/${cluster}`}>
          {cluster}
        </Link>
        : what their Flux may do there, and what the cluster refuses them
      </>
    )
  }
  if (kind === 'edit_policy')
    return <>Whoever submits a change from then on; changes that are open keep their stages</>
  const targets = counted(Array.isArray(request?.targets) ? request.targets.length : 0, 'target')
  if (!service) return `Nobody yet: the service is new, on ${targets}`
  return (
    <>
      The service{' '}
      <Link className="link" href={`/services/${tenant}/${service}`}>
        {service}
      </Link>{' '}
      on {targets}
    </>
  )
}
