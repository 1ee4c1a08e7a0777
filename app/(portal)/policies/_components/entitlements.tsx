import { CodeView } from '#components/plan/code-view.tsx'
import { Tag } from '#components/ui/tag.tsx'
import { Time } from '#components/ui/time.tsx'

type EntitlementsProps = {
  policies: readonly { id: string; title: string; severity: string | null; text: string }[]
  version: {
    version: number
    hash: string
    effectiveFrom: string
    proposedBy: string
    approvedBy: string
  }
}

/** The Cedar policies in force: each is one check of a request, with the very text that is evaluated. */
export function Entitlements({ policies, version }: EntitlementsProps) {
  return (
    <div className="two">
      <div className="two-main">
        <ul className="stack">
          {policies.map((policy) => (
            <li key={policy.id}>
              <details className="evidence">
                <summary>
                  <span className="name">{policy.title}</span>{' '}
                  <span className="mono text-ink-3">{policy.id}</span>{' '}
                  {policy.severity ? <Tag>{policy.severity}</Tag> : null}
                </summary>
                <div className="mt-1 mb-3">
                  <CodeView text={policy.text} label={`Policy ${policy.id}`} />
                </div>
              </details>
            </li>
          ))}
        </ul>
      </div>
      <aside className="aside" aria-label="Version">
        <section aria-labelledby="version">
          <h2 id="version">Version {version.version}</h2>
          <dl className="pairs">
            <dt>In force</dt>
            <dd>
              since <Time at={version.effectiveFrom} />
            </dd>
            <dt>Hash</dt>
            <dd className="mono">{version.hash}</dd>
            <dt>Proposed by</dt>
            <dd>{version.proposedBy}</dd>
            <dt>Approved by</dt>
            <dd>{version.approvedBy}</dd>
          </dl>
        </section>
        <section aria-labelledby="how">
          <h2 id="how">How it is read</h2>
          <p className="text-ink-2">
            Everybody may ask; each rule refuses. All are evaluated at once, on facts with a source
            and a time. A rule that cannot be evaluated refuses, too. Every result keeps this hash.
          </p>
        </section>
      </aside>
    </div>
  )
}
