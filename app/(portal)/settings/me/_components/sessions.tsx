'use client'
import { useRouter } from 'next/navigation'
import { signOut } from 'next-auth/react'
import { useState } from 'react'
import { attempt } from '#components/attempt.ts'
import type { ErrorText } from '#components/error-text.ts'
import { Button } from '#components/ui/button.tsx'
import { ErrorPanel } from '#components/ui/error-panel.tsx'
import { Table } from '#components/ui/table.tsx'
import { Tag } from '#components/ui/tag.tsx'
import { Time } from '#components/ui/time.tsx'
import { endSessionsAction } from '../actions.ts'
import { browserName } from './browser-name.ts'

type Session = {
  id: string
  createdAt: string
  seenAt: string
  expiresAt: string
  userAgent: string | null
  /** How it was signed in, as the provider said it; empty where it did not. */
  methods: readonly string[]
  multiFactor: boolean
}

/** Where the viewer is signed in. Ending one takes effect at its next request. */
export function Sessions({ sessions, current }: { sessions: readonly Session[]; current: string }) {
  const router = useRouter()
  const [pending, setPending] = useState<string | null>(null)
  const [error, setError] = useState<ErrorText | null>(null)

  async function end(sessionId?: string): Promise<void> {
    setPending(sessionId ?? 'all')
    const refused = await attempt(() => endSessionsAction(sessionId ? { sessionId } : {}))
    setPending(null)
    setError(refused)
    if (refused) return
    if (sessionId && sessionId !== current) router.refresh()
    else await signOut({ callbackUrl: '/sign-in' })
  }

  return (
    <>
      <div className="section-head">
        <h2 id="sessions">Where you are signed in</h2>
        <Button
          className="ml-auto"
          size="small"
          kind="danger"
          pending={pending === 'all'}
          onClick={() => void end()}
        >
          Sign out everywhere
        </Button>
      </div>
      {error ? <ErrorPanel text={error} /> : null}
      <Table flat>
        <thead>
          <tr>
            <th scope="col">Browser</th>
            <th scope="col" className="not-phone">
              Since
            </th>
            <th scope="col" className="not-phone">
              Signed in with
            </th>
            <th scope="col">Last seen</th>
            <th scope="col" className="not-phone">
              Ends
            </th>
            <th scope="col">
              <span className="sr-only">Act</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {sessions.map((session) => (
            <tr key={session.id}>
              <td title={session.userAgent ?? undefined}>
                {browserName(session.userAgent)}{' '}
                {session.id === current ? <Tag>this one</Tag> : null}
              </td>
              <td className="not-phone text-ink-2">
                <Time at={session.createdAt} />
              </td>
              <td className="not-phone text-ink-2">
                {session.multiFactor ? 'two factors' : 'one factor'}
                {session.methods.length > 0 ? ` (${session.methods.join(', ')})` : null}
              </td>
              <td className="text-ink-2">
                <Time at={session.seenAt} as="ago" />
              </td>
              <td className="not-phone text-ink-2">
                <Time at={session.expiresAt} />
              </td>
              <td className="figure">
                <Button
                  size="small"
                  kind="quiet"
                  pending={pending === session.id}
                  onClick={() => void end(session.id)}
                >
                  {session.id === current ? 'Sign out' : 'End'}
                </Button>
              </td>
            </tr>
          ))}
        </tbody>
      </Table>
    </>
  )
}
