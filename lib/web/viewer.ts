import 'server-only'
import { cookies, headers } from 'next/headers'
import { notFound, redirect } from 'next/navigation'
import { cache } from 'react'
import { sessionTokenCookie } from '#lib/auth/cookies.ts'
import { loadViewer } from '#lib/auth/store.ts'
import { sha256Bytes } from '#lib/hash.ts'
import type { Viewer } from '#lib/viewer.ts'
import { holdsNul } from './address.ts'
import { platform } from './platform.ts'

export type SignedIn = { viewer: Viewer; sessionId: string }

/** Who this request is from, read once per request: session, person and groups in one query, so that whoever is disabled is out at the next request. */
export const currentSession = cache(async (): Promise<SignedIn | null> => {
  const token = (await cookies()).get(sessionTokenCookie(platform().settings.publicUrl))?.value
  if (!token) return null
  return platform().db.inContext({ actor: 'sys:web', tenants: [] }, (tx) =>
    loadViewer(tx, sha256Bytes(token)),
  )
})

/** The viewer, or null when nobody is signed in. */
export async function currentViewer(): Promise<Viewer | null> {
  return (await currentSession())?.viewer ?? null
}

/** The viewer of a page; whoever is not signed in is sent there and comes back. An address with a NUL names nothing: no table can hold it. */
export async function requireViewer(): Promise<Viewer> {
  const at = (await headers()).get('x-path') ?? '/'
  if (holdsNul(at)) notFound()
  const viewer = await currentViewer()
  if (viewer) return viewer
  redirect(`/sign-in?callbackUrl=${encodeURIComponent(at)}`)
}
