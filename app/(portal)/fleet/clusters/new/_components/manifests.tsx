import { CodeView } from '#components/plan/code-view.tsx'
import { CopyButton } from '#components/ui/copy-button.tsx'

type Manifest = { text: string; hash: string }

const TOKEN = 'kubectl --namespace stairway-system create token stairway --duration 8760h'

/** What an administrator of the cluster applies first, to read and to copy; Stairway never holds the right to write it. */
export function Manifests({ rights, baseline }: { rights: Manifest; baseline: Manifest }) {
  return (
    <aside className="aside" aria-label="What the cluster needs first">
      <section aria-labelledby="first">
        <h2 id="first">What the cluster needs first</h2>
        <p className="text-ink-2">
          An administrator of the cluster applies both, once, with{' '}
          <code className="mono">kubectl apply --server-side -f</code>. Stairway cannot write them
          itself: they are what keeps it inside.
        </p>
      </section>
      <Shown
        title="Stairway’s identity, rights and fence"
        about="Makes namespaces and role bindings, hands out three roles, reads what Flux says; in no namespace but its own tenants’, and no Secret anywhere else."
        manifest={rights}
      />
      <Shown
        title="The tenants’ role and the policies that guard them"
        about="A tenant’s Flux runs as that tenant, from allowed sources only, and nobody but Stairway alters what it placed."
        manifest={baseline}
      />
      <section aria-labelledby="token-command">
        <h2 id="token-command">Then its token</h2>
        <div className="flex items-center gap-2">
          <code className="mono min-w-0 flex-1 wrap-anywhere">{TOKEN}</code>
          <CopyButton text={TOKEN} what="the command" />
        </div>
      </section>
    </aside>
  )
}

function Shown({ title, about, manifest }: { title: string; about: string; manifest: Manifest }) {
  return (
    <section aria-label={title}>
      <div className="section-head">
        <h3>{title}</h3>
        <span className="ml-auto">
          <CopyButton text={manifest.text} what={title} />
        </span>
      </div>
      <p className="text-ink-2">{about}</p>
      <details className="mt-1">
        <summary>
          Read it, version <span className="mono">{manifest.hash.slice(0, 12)}</span>
        </summary>
        <div className="viewer mt-2 max-h-96 overflow-auto">
          <CodeView text={manifest.text} label={title} yaml />
        </div>
      </details>
    </section>
  )
}
