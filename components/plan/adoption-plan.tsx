import { State } from '#components/states/state.tsx'
import { CopyButton } from '#components/ui/copy-button.tsx'
import { Time } from '#components/ui/time.tsx'
import { counted } from '#components/words.ts'
import type { Adoption } from '#lib/flux/adoption/adoption.ts'

export type ShownAdoption = Adoption & {
  /** Whether the administrator's labels were there at the last look; null while nobody has looked. */
  handedOver: boolean | null
  /** When that was, ISO 8601. */
  lookedAt: string | null
}

/** What adopting standing namespaces means: what an administrator does first, what is taken over field by field, and what stays. */
export function AdoptionPlan({ adoptions }: { adoptions: readonly ShownAdoption[] }) {
  if (adoptions.length === 0) return null
  return (
    <section aria-labelledby="adoption" className="mb-4">
      <div className="section-head">
        <h2 id="adoption">Adopted namespaces</h2>
        <span className="text-xs text-ink-3">what stands there stays</span>
      </div>
      <p className="mb-2 text-ink-2">
        They stand already and keep their names. Only the fields below change hands. From then on
        everything in them runs under this plan’s quota, limits, network policies and Pod Security:
        a pod that breaks them is refused when it next starts.
      </p>
      <div className="grid gap-3">
        {adoptions.map((adoption) => (
          <One key={`${adoption.cluster}/${adoption.namespace}`} adoption={adoption} />
        ))}
      </div>
    </section>
  )
}

function One({ adoption }: { adoption: ShownAdoption }) {
  const { cluster, namespace, takes, adds, kept, more, unread, lookCommand } = adoption
  return (
    <div className="framed grid min-w-0 gap-2 p-3">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <h3 className="name mono wrap-anywhere">
          {namespace} on {cluster}
        </h3>
        <Labels adoption={adoption} />
      </div>
      {adoption.handedOver ? null : (
        <Command
          what={`An administrator of ${cluster} hands it over before anything is placed:`}
          text={adoption.command}
        />
      )}
      <Fields
        title={`${counted(takes.length, 'field')} taken over`}
        none="No field is taken from anybody."
        rows={takes.map(({ kind, name, field, manager, from, to }) => ({
          what: `${kind} ${name} ${field}`,
          how: `${manager}: ${from ?? 'unknown'} → ${to ?? 'unknown'}`,
        }))}
        open
      />
      <Fields
        title={`${counted(adds.length, 'field')} set where nobody set one`}
        rows={adds.map(({ kind, name, field, to }) => ({
          what: `${kind} ${name} ${field}`,
          how: to,
        }))}
      />
      <Fields
        title={`${counted(kept.length + more, 'object')} of others kept`}
        none="Nothing else was found in it."
        rows={[
          ...kept.map(({ kind, name, owner }) => ({ what: `${kind} ${name}`, how: owner })),
          ...(more > 0 ? [{ what: `${more} more`, how: 'kept as well' }] : []),
        ]}
      />
      {unread.length > 0 && lookCommand ? (
        <details className="min-w-0">
          <summary>{counted(unread.length, 'kind')} could not be looked at yet</summary>
          <p className="text-ink-2 wrap-anywhere">
            {unread.join(', ')}. They stay as well; a field in dispute in one of them stops the run.
          </p>
          <Command
            what="To have them listed before the approval, an administrator also runs:"
            text={lookCommand}
          />
        </details>
      ) : null}
    </div>
  )
}

function Labels({ adoption: { handedOver, lookedAt } }: { adoption: ShownAdoption }) {
  const look = handedOver
    ? { tone: 'ok' as const, shape: 'pass' as const, word: 'The two labels are there' }
    : { tone: 'warn' as const, shape: 'waiting' as const, word: 'The two labels are not there yet' }
  return (
    <span className="flex flex-wrap items-center gap-x-2 text-xs text-ink-2">
      <State look={look} />
      {lookedAt ? (
        <span className="text-ink-3">
          looked <Time at={lookedAt} as="ago" />
        </span>
      ) : null}
    </span>
  )
}

function Command({ what, text }: { what: string; text: string }) {
  return (
    <div className="grid min-w-0 gap-1">
      <p className="text-ink-2">{what}</p>
      <div className="flex min-w-0 items-start gap-1">
        <code className="mono min-w-0 flex-1 wrap-anywhere">{text}</code>
        <CopyButton text={text} what="the command" />
      </div>
    </div>
  )
}

type FieldsProps = {
  title: string
  none?: string
  rows: readonly { what: string; how: string }[]
  open?: boolean
}

function Fields({ title, none, rows, open = false }: FieldsProps) {
  if (rows.length === 0) return none ? <p className="text-ink-2">{none}</p> : null
  return (
    <details open={open} className="min-w-0">
      <summary>{title}</summary>
      <ul className="mt-1 grid gap-1">
        {rows.map(({ what, how }) => (
          <li key={`${what} ${how}`} className="wrap-anywhere">
            <span className="mono">{what}</span> <span className="mono text-ink-2">{how}</span>
          </li>
        ))}
      </ul>
    </details>
  )
}
