'use client'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { attempt } from '#components/attempt.ts'
import type { ErrorText } from '#components/error-text.ts'
import type { SOURCE_KIND_WORDS } from '#components/source-words.ts'
import { Button } from '#components/ui/button.tsx'
import { ErrorPanel } from '#components/ui/error-panel.tsx'
import { Field, Input } from '#components/ui/field.tsx'
import { FormDialog } from '#components/ui/form-dialog.tsx'
import {
  acceptRemovalAction,
  decideSourceAction,
  readSourceAction,
  removeSourceAction,
} from '../actions.ts'

type Kind = keyof typeof SOURCE_KIND_WORDS
type ActsProps = { kind: Kind; title: string; sourceId: string }

/** Read it now, or take it away. */
export function SourceActs({ kind, title, sourceId }: ActsProps) {
  const router = useRouter()
  const [pending, setPending] = useState(false)
  const [refused, setRefused] = useState<ErrorText | null>(null)
  async function read(): Promise<void> {
    setPending(true)
    setRefused(await attempt(() => readSourceAction({ kind })))
    setPending(false)
    router.refresh()
  }
  return (
    <>
      <Button size="small" pending={pending} onClick={() => void read()}>
        Read now
      </Button>
      <FormDialog
        open="Remove…"
        title={`Read ${title.toLowerCase()} from nowhere?`}
        act="Remove"
        danger
        onDone={() => router.refresh()}
        onSubmit={(form) =>
          attempt(() => removeSourceAction({ sourceId, reason: String(form.get('reason') ?? '') }))
        }
      >
        <p>
          For good, with its token. Checks that rest on it answer with an error, which blocks, until
          another is confirmed and read.
        </p>
        <Why id={`remove-${kind}`} />
      </FormDialog>
      {refused ? <ErrorPanel text={refused} /> : null}
    </>
  )
}

type DecideProps = { title: string; sourceId: string; own: boolean }

/** Confirm or refuse what another proposed; take back one’s own. */
export function DecideProposal({ title, sourceId, own }: DecideProps) {
  const router = useRouter()
  const decide = (verdict: 'confirm' | 'refuse') => () =>
    attempt(() => decideSourceAction({ sourceId, verdict }))
  return (
    <div className="flex flex-wrap gap-1.5">
      {own ? null : (
        <FormDialog
          open="Confirm…"
          title={`Read ${title.toLowerCase()} from there?`}
          act="Confirm"
          onDone={() => router.refresh()}
          onSubmit={decide('confirm')}
        >
          <p>
            What it says decides who passes. It is read at once; until it was, checks that rest on
            it answer with an error. A source of this kind that is active ends.
          </p>
        </FormDialog>
      )}
      <FormDialog
        open={own ? 'Take back…' : 'Refuse…'}
        title={own ? 'Take the proposal back?' : 'Refuse the proposal?'}
        act={own ? 'Take back' : 'Refuse'}
        danger
        onDone={() => router.refresh()}
        onSubmit={decide('refuse')}
      >
        <p>Its token is destroyed. What is active stays as it is.</p>
      </FormDialog>
    </div>
  )
}

type AcceptProps = { kind: Kind; held: { digest: string; removed: number; of: number } }

/** Lets the very feed that is held take away what it takes away. */
export function AcceptRemoval({ kind, held: { digest, removed, of } }: AcceptProps) {
  const router = useRouter()
  return (
    <FormDialog
      open="Accept…"
      title={`Remove ${removed} of ${of} records?`}
      act="Accept this feed"
      danger
      onDone={() => router.refresh()}
      onSubmit={(form) =>
        attempt(() =>
          acceptRemovalAction({ kind, digest, reason: String(form.get('reason') ?? '') }),
        )
      }
    >
      <p>
        Exactly the feed with the digest <span className="mono">{digest.slice(0, 12)}</span> is
        used. If it says something else when it is read, it is judged anew.
      </p>
      <Why id={`accept-${kind}`} />
    </FormDialog>
  )
}

function Why({ id }: { id: string }) {
  return (
    <Field id={id} label="Why" hint="It stands in the audit.">
      <Input id={id} name="reason" required minLength={10} maxLength={500} />
    </Field>
  )
}
