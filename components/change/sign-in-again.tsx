'use client'
import { signIn as signInAt } from 'next-auth/react'
import { useState } from 'react'
import { Button } from '#components/ui/button.tsx'

type SignInAgainProps = { kind?: 'primary'; children: string }

/** Sends the person through the provider, which has to ask who they are, and back here. */
export function SignInAgain({ kind, children }: SignInAgainProps) {
  const [going, setGoing] = useState(false)
  return (
    <Button
      {...(kind ? { kind } : {})}
      pending={going}
      onClick={() => {
        setGoing(true)
        const back = { callbackUrl: window.location.href }
        signInAt('oidc', back, { prompt: 'login', max_age: '0' }).catch(() => setGoing(false))
      }}
    >
      {children}
    </Button>
  )
}
