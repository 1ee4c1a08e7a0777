import Link from 'next/link'
import { Time } from '#components/ui/time.tsx'
import { dataClassName } from '#components/words.ts'
import { fluxWords } from './observations.tsx'

type ClusterAsideProps = {
  cluster: {
    endpoint: string
    kubernetes: string | null
    flux: string | null
    identityUid: string | null
    accreditedClass: number
    ingressNamespace: string | null
    tokenSince: string | null
    lastEventAt: string | null
    tenants: readonly { slug: string; name: string; environments: readonly string[] }[]
  }
  certificate: { subject: string; fingerprint: string; until: string } | null
}

/** Facts of a cluster: what it is, how it is reached, who may use it. */
export function ClusterAside({ cluster, certificate }: ClusterAsideProps) {
  return (
    <aside className="aside" aria-label="About the cluster">
      <section aria-labelledby="facts">
        <h2 id="facts">As it was seen</h2>
        <dl className="pairs">
          <dt>Kubernetes</dt>
          <dd className="mono">{cluster.kubernetes ?? 'not known yet'}</dd>
          <dt>Flux</dt>
          <dd>{fluxWords(cluster.flux)}</dd>
          <dt>Identity</dt>
          <dd className="mono">{cluster.identityUid ?? 'not known yet'}</dd>
          <dt>Last event</dt>
          <dd>{cluster.lastEventAt ? <Time at={cluster.lastEventAt} as="ago" /> : 'none yet'}</dd>
        </dl>
      </section>
      <section aria-labelledby="reached">
        <h2 id="reached">How it is reached</h2>
        <dl className="pairs">
          <dt>Address</dt>
          <dd className="mono">{cluster.endpoint}</dd>
          <dt>Token</dt>
          <dd>
            {cluster.tokenSince ? (
              <>
                sealed <Time at={cluster.tokenSince} as="ago" />
              </>
            ) : (
              'none'
            )}
          </dd>
          {certificate ? (
            <>
              <dt>Authority</dt>
              <dd>{certificate.subject}</dd>
              <dt>SHA-256</dt>
              <dd className="mono text-xs">{certificate.fingerprint}</dd>
              <dt>Valid until</dt>
              <dd>
                <Time at={certificate.until} as="day" />
              </dd>
            </>
          ) : null}
        </dl>
      </section>
      <section aria-labelledby="use">
        <h2 id="use">What may stand on it</h2>
        <dl className="pairs">
          <dt>Data up to</dt>
          <dd>{dataClassName(cluster.accreditedClass)}</dd>
          <dt>Ingress</dt>
          <dd className="mono">{cluster.ingressNamespace ?? 'none'}</dd>
        </dl>
        <ul className="rows mt-2">
          {cluster.tenants.map((tenant) => (
            <li key={tenant.slug}>
              <Link className="link" href={`/tenants/${tenant.slug}`}>
                {tenant.name}
              </Link>
              <span className="text-ink-2">{tenant.environments.join(', ')}</span>
            </li>
          ))}
        </ul>
        {cluster.tenants.length === 0 ? (
          <p className="text-ink-2">No tenant is admitted yet. Admit one on its page.</p>
        ) : null}
      </section>
    </aside>
  )
}
