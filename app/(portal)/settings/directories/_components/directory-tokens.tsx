'use client'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { attempt, reach } from '#components/attempt.ts'
import { errorText } from '#components/error-text.ts'
import { CopyButton } from '#components/ui/copy-button.tsx'
import { Field, Input } from '#components/ui/field.tsx'
import { FormDialog } from '#components/ui/form-dialog.tsx'
import { Note } from '#components/ui/note.tsx'
import { Table } from '#components/ui/table.tsx'
import { Time } from '#components/ui/time.tsx'
import { issueDirectoryTokenAction, revokeDirectoryTokenAction } from '../actions.ts'

type Token = {
  mark: string
  createdAt: string
  usedAt: string | null
  expiresAt: string | null
  revokedAt: string | null
}

type DirectoryTokensProps = { directoryId: string; name: string; tokens: readonly Token[] }
type Issued = { token: string; mark: string }

/** The tokens of one directory. A new one is shown once; the old one stays valid until somebody revokes it. */
export function DirectoryTokens({ directoryId, name, tokens }: DirectoryTokensProps) {
  const [issued, setIssued] = useState<Issued | null>(null)
  const live = tokens.filter((token) => !isOver(token))
  return (
    <>
      <div className="section-head">
        <h3>Tokens</h3>
        <span className="ml-auto">
          <Issue directoryId={directoryId} name={name} onIssued={setIssued} />
        </span>
      </div>
      {issued ? <ShownOnce issued={issued} /> : null}
      {tokens.length === 0 ? (
        <p className="text-ink-2">None: the directory cannot reach us until it has one.</p>
      ) : (
        <Table flat>
          <thead>
            <tr>
              <th scope="col">Token</th>
              <th scope="col" className="not-phone">
                Made
              </th>
              <th scope="col">Last used</th>
              <th scope="col">
                <span className="sr-only">Act</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {tokens.map((token) => (
              <tr key={token.mark}>
                <td className="mono">{token.mark}…</td>
                <td className="not-phone text-ink-2">
                  <Time at={token.createdAt} as="ago" />
                </td>
                <td className="text-ink-2">
                  {token.usedAt ? <Time at={token.usedAt} as="ago" /> : 'never'}
                </td>
                <td className="figure">
                  {isOver(token) ? (
                    <Over token={token} />
                  ) : (
                    <Revoke directoryId={directoryId} mark={token.mark} last={live.length === 1} />
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
    </>
  )
}

function isOver({ revokedAt, expiresAt }: Token): boolean {
  return revokedAt !== null || (expiresAt !== null && new Date(expiresAt) <= new Date())
}

function Over({ token }: { token: Token }) {
  return (
    <span className="text-ink-3">
      {token.revokedAt ? 'revoked ' : 'expired '}
      <Time at={token.revokedAt ?? token.expiresAt ?? token.createdAt} as="ago" />
    </span>
  )
}

function ShownOnce({ issued }: { issued: Issued }) {
  return (
    <Note className="mb-3" title="The new token. It is shown this once; only its hash is kept.">
      <p className="flex items-center gap-1">
        <span className="mono wrap-anywhere">{issued.token}</span>
        <CopyButton text={issued.token} what="the token" />
      </p>
      <p>Give it to the directory now. When {issued.mark}… was used, revoke the one before it.</p>
    </Note>
  )
}

type IssueProps = { directoryId: string; name: string; onIssued: (issued: Issued) => void }

function Issue({ directoryId, name, onIssued }: IssueProps) {
  const router = useRouter()
  return (
    <FormDialog
      open="Make a new token…"
      title={`Make a new token for ${name}?`}
      act="Make the token"
      onDone={() => router.refresh()}
      onSubmit={async (form) => {
        const reason = String(form.get('reason') ?? '')
        const answer = await reach(() => issueDirectoryTokenAction({ directoryId, reason }))
        if (!answer.ok) return errorText(answer.error)
        onIssued(answer.value)
        return null
      }}
    >
      <p>The token in use stays valid until you revoke it, so nothing is missed on the way.</p>
      <Why />
    </FormDialog>
  )
}

type RevokeProps = { directoryId: string; mark: string; last: boolean }

function Revoke({ directoryId, mark, last }: RevokeProps) {
  const router = useRouter()
  return (
    <FormDialog
      open={
        <span>
          Revoke<span className="sr-only"> {mark}</span>…
        </span>
      }
      title={`Revoke ${mark}…?`}
      act="Revoke the token"
      danger
      onDone={() => router.refresh()}
      onSubmit={(form) => {
        const reason = String(form.get('reason') ?? '')
        return attempt(() => revokeDirectoryTokenAction({ directoryId, mark, reason }))
      }}
    >
      <p>
        {last
          ? 'It is the only one: who joins or leaves is not heard of until the directory has another.'
          : 'Whoever still uses it is refused at once.'}
      </p>
      <Why />
    </FormDialog>
  )
}

function Why() {
  return (
    <Field id="reason" label="Why">
      <Input id="reason" name="reason" required minLength={3} maxLength={500} />
    </Field>
  )
}
