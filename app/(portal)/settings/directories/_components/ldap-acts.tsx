'use client'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { attempt } from '#components/attempt.ts'
import type { ErrorText } from '#components/error-text.ts'
import { Button } from '#components/ui/button.tsx'
import { ErrorPanel } from '#components/ui/error-panel.tsx'
import { Field, Input } from '#components/ui/field.tsx'
import { FormDialog } from '#components/ui/form-dialog.tsx'
import { acceptLeaversAction, endLdapAction, readDirectoryAction } from '../actions.ts'

type ActsProps = { directoryId: string; name: string }

/** Read it now, or no more. */
export function LdapActs({ directoryId, name }: ActsProps) {
  const router = useRouter()
  const [pending, setPending] = useState(false)
  const [refused, setRefused] = useState<ErrorText | null>(null)
  async function read(): Promise<void> {
    setPending(true)
    setRefused(await attempt(() => readDirectoryAction({ directoryId })))
    setPending(false)
    router.refresh()
  }
  return (
    <>
      <Button size="small" pending={pending} onClick={() => void read()}>
        Read now
      </Button>
      <FormDialog
        open="Stop reading…"
        title={`Read ${name} no more?`}
        act="Stop reading"
        danger
        onDone={() => router.refresh()}
        onSubmit={(form) =>
          attempt(() => endLdapAction({ directoryId, reason: String(form.get('reason') ?? '') }))
        }
      >
        <p>
          Its password is destroyed. Who is known of it stays as they are, and nobody hears of who
          leaves, until it pushes by SCIM or is read again.
        </p>
        <Why id={`end-${directoryId}`} />
      </FormDialog>
      {refused ? <ErrorPanel text={refused} /> : null}
    </>
  )
}

type AcceptProps = { directoryId: string; held: { digest: string }; what: string }

/** Lets the very removal that is held go. */
export function AcceptLeavers({ directoryId, held: { digest }, what }: AcceptProps) {
  const router = useRouter()
  return (
    <FormDialog
      open="Accept…"
      title={`Let ${what} go?`}
      act="Let exactly these go"
      danger
      onDone={() => router.refresh()}
      onSubmit={(form) =>
        attempt(() =>
          acceptLeaversAction({ directoryId, digest, reason: String(form.get('reason') ?? '') }),
        )
      }
    >
      <p>
        Exactly the removal with the digest <span className="mono">{digest.slice(0, 12)}</span>:
        their sessions, delegations and places in groups end at once. If the directory would take
        away anybody else as well, it is held anew.
      </p>
      <Why id={`accept-${directoryId}`} />
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
