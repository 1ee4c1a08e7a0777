'use client'

import { signIn } from 'next-auth/react'
import { useState } from 'react'
import { Button } from '#components/ui/button.tsx'

/** Starts the sign-in at the organisation's provider and comes back to where one was going. */
export function SignInButton({ callbackUrl }: { callbackUrl: string }) {
  const [going, setGoing] = useState(false)
  return (
    <Button
      kind="primary"
      pending={going}
      onClick={() => {
        setGoing(true)
        signIn('oidc', { callbackUrl }).catch(() => setGoing(false))
      }}
    >
      Sign in with single sign-on
    </Button>
  )
}
