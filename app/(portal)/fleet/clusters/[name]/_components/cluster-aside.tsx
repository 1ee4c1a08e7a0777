import Link from 'next/link'
import { Fragment } from 'react'
import { Time } from '#components/ui/time.tsx'
import { counted, dataClassName } from '#components/words.ts'
import type { ControllerLoad } from '#lib/flux/load.ts'
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
    compared: { at: string; objects: number; drifted: number } | null
    tenants: readonly { slug: string; name: string; environments: readonly string[] }[]
  }
  /** What the services' intervals ask of Flux's controllers. */
  load: readonly ControllerLoad[]
  certificate: { subject: string; fingerprint: string; until: string } | null
}

/** Facts of a cluster: what it is, how it is reached, who may use it. */
export function ClusterAside({ cluster, load, certificate }: ClusterAsideProps) {
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
          {load.map(({ controller, perMinute, atOnce }) => (
            <Fragment key={controller}>
              <dt>{controller === 'source-controller' ? 'Sources' : 'Applies'}</dt>
              <dd>
                {perMinute > 0 && perMinute < 0.05 ? 'under 0.1' : perMinute.toFixed(1)} a minute by
                interval
                {atOnce === null ? '' : `, ${atOnce} at once`}
              </dd>
            </Fragment>
          ))}
          <dt>Drift</dt>
          <dd>
            {cluster.compared ? (
              <>
                {cluster.compared.drifted === 0
                  ? 'nothing differs'
                  : `${counted(cluster.compared.drifted, 'object')} differ${cluster.compared.drifted === 1 ? 's' : ''}`}
                , compared <Time at={cluster.compared.at} as="ago" />
              </>
            ) : (
              'not compared yet'
            )}
          </dd>
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
