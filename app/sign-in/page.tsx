import type { Metadata } from 'next'
import { LonePage } from '#components/lone-page.tsx'
import { SignInButton } from './_components/sign-in-button.tsx'

export const metadata: Metadata = { title: 'Sign in' }

type Props = { searchParams: Promise<{ callbackUrl?: string; error?: string }> }

const REASONS: Record<string, { what: string; next: string }> = {
  NotInDirectory: {
    what: 'You are signed in at your organisation, but its directory has not told us about you.',
    next: 'Ask your directory administrators to assign Stairway to you; it takes effect within minutes.',
  },
  Inactive: {
    what: 'Your directory says that you are not active.',
    next: 'Ask your directory administrators. Nothing of yours was lost.',
  },
  OAuthAccountNotLinked: {
    what: 'You signed in as somebody else than the person who is signed in here.',
    next: 'Sign out first, then sign in again; or sign in as the same person.',
  },
  TooMany: {
    what: 'There were too many sign-ins from your address in the last minute.',
    next: 'Wait a minute, then try again.',
  },
}
const OTHER = {
  what: 'The sign-in did not come to its end. Nothing was changed.',
  next: 'Try again. If it stays so, the single sign-on of your organisation may be down; tell the platform team.',
}

export default async function SignInPage({ searchParams }: Props) {
  const { callbackUrl, error } = await searchParams
  const reason = error ? (REASONS[error] ?? OTHER) : undefined
  return (
    <LonePage
      title={reason ? 'You are not in yet' : 'Sign in'}
      lead="From a form to a service that Flux keeps Ready, with the paperwork done."
    >
      {reason ? (
        <div role="alert" className="mt-4">
          <p>{reason.what}</p>
          <p className="mt-1">{reason.next}</p>
        </div>
      ) : null}
      <div className="mt-6">
        <SignInButton callbackUrl={safePath(callbackUrl)} />
      </div>
    </LonePage>
  )
}

/** Back to a page of ours only. */
function safePath(callbackUrl: string | undefined): string {
  if (!callbackUrl) return '/'
  if (/^\/(?![/\\])/.test(callbackUrl)) return callbackUrl
  return URL.canParse(callbackUrl) ? new URL(callbackUrl).pathname : '/'
}
