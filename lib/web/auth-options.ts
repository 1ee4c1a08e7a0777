import 'server-only'
import { randomBytes } from 'node:crypto'
import { cookies, headers } from 'next/headers'
import type { NextAuthOptions } from 'next-auth'
import type { Adapter, AdapterSession, AdapterUser } from 'next-auth/adapters'
import { record } from '#lib/audit/store.ts'
import { sessionTokenCookie } from '#lib/auth/cookies.ts'
import {
  endSession,
  loadViewer,
  openSession,
  personOf,
  proveSession,
  SESSION_HARD_MINUTES,
} from '#lib/auth/store.ts'
import { sha256Bytes } from '#lib/hash.ts'
import { PLATFORM_TENANT } from '#lib/id.ts'
import { webConfig } from '#lib/runtime/config.ts'
import { platform } from './platform.ts'
import { notedProof, noteProof } from './proof.ts'

type Claims = {
  sub: string
  iss?: string
  auth_time?: number
  acr?: string
  amr?: string[]
  name?: string
  email?: string
}

const SCOPE = { actor: 'sys:web', tenants: [PLATFORM_TENANT] }
let options: NextAuthOptions | undefined

/** Sign-in through the OpenID provider: authorization code with PKCE, state and nonce; sessions are rows of ours, revocable at once. */
export function authOptions(): NextAuthOptions {
  options ??= makeOptions()
  return options
}

function makeOptions(): NextAuthOptions {
  const config = webConfig()
  const secure = config.PUBLIC_URL.startsWith('https:')
  return {
    secret: config.NEXTAUTH_SECRET,
    adapter: sessionAdapter(config.OIDC_ISSUER),
    session: {
      strategy: 'database',
      maxAge: SESSION_HARD_MINUTES * 60,
      updateAge: SESSION_HARD_MINUTES * 60,
      generateSessionToken: () => randomBytes(32).toString('base64url'),
    },
    cookies: {
      sessionToken: {
        name: sessionTokenCookie(config.PUBLIC_URL),
        options: { httpOnly: true, sameSite: 'lax', path: '/', secure },
      },
    },
    pages: { signIn: '/sign-in', error: '/sign-in' },
    providers: [
      {
        id: 'oidc',
        name: 'Single sign-on',
        type: 'oauth',
        wellKnown: `${config.OIDC_ISSUER}/.well-known/openid-configuration`,
        issuer: config.OIDC_ISSUER,
        idToken: true,
        checks: ['pkce', 'state', 'nonce'],
        clientId: config.OIDC_CLIENT_ID,
        clientSecret: config.OIDC_CLIENT_SECRET,
        authorization: {
          params: { scope: 'openid email profile', ...asked(config.OIDC_STRONG_ACR) },
        },
        httpOptions: { timeout: 10_000 },
        profile: (claims: Claims) => ({
          id: claims.sub,
          name: claims.name ?? claims.sub,
          email: claims.email ?? null,
        }),
      },
    ],
    callbacks: {
      signIn: ({ profile, account }) => {
        noteProof((profile as Claims | undefined) ?? {}, config.OIDC_STRONG_ACR)
        return mayEnter({
          issuer: config.OIDC_ISSUER,
          subject: (profile as Claims | undefined)?.sub ?? account?.providerAccountId ?? '',
          claims: profile ?? {},
        })
      },
    },
    events: {
      signIn: ({ user }) => proveAgain(user.id, sessionTokenCookie(config.PUBLIC_URL)),
    },
  }
}

/** Classes that are asked for; the provider may answer with another (OpenID Connect Core 1.0, 3.1.2.1), which is what counts. */
function asked(classes: readonly string[]): { acr_values?: string } {
  return classes.length > 0 ? { acr_values: classes.join(' ') } : {}
}

/** A sign-in while signed in opens no new session: the one that stands learns that its person proved themselves anew. */
async function proveAgain(personId: string, cookie: string): Promise<void> {
  const token = (await cookies()).get(cookie)?.value
  if (!token) return
  await platform().db.inContext({ ...SCOPE, actor: personId }, async (tx) => {
    const proof = { tokenHash: sha256Bytes(token), personId, ...notedProof() }
    if (await proveSession(tx, proof))
      await record(tx, { tenant: PLATFORM_TENANT, action: 'session.proven', subject: personId })
  })
}

/** Only whom a directory has pushed and who is active; others are told who can help. */
async function mayEnter(identity: Parameters<typeof personOf>[1]): Promise<boolean | string> {
  const { issuer, subject } = identity
  const person = await platform().db.inContext(SCOPE, async (tx) => {
    const found = await personOf(tx, identity)
    if (found?.status !== 'active')
      await record(tx, {
        tenant: PLATFORM_TENANT,
        action: 'session.refused',
        subject: found?.id ?? 'unknown',
        payload: { issuer, subject, why: found ? found.status : 'not in the directory' },
      })
    return found
  })
  if (!person) return '/sign-in?error=NotInDirectory'
  return person.status === 'active' ? true : '/sign-in?error=Inactive'
}

/** next-auth's storage over our tables. Accounts are not linked by e-mail: the user is issuer + subject. */
function sessionAdapter(issuer: string): Adapter {
  const inDatabase = platform().db.inContext
  const userOf = (person: { id: string; name: string; email: string }): AdapterUser => ({
    id: person.id,
    name: person.name,
    email: person.email,
    emailVerified: null,
  })
  const never = (): never => {
    throw new Error('people come from the directory, never from a sign-in')
  }
  return {
    createUser: never,
    getUser: () => null,
    getUserByEmail: () => null,
    linkAccount: never,
    updateUser: async (user) => user as AdapterUser,
    async getUserByAccount({ providerAccountId }) {
      const person = await inDatabase(SCOPE, (tx) =>
        personOf(tx, { issuer, subject: providerAccountId }),
      )
      return person?.status === 'active' ? userOf(person) : null
    },
    async createSession(session) {
      await inDatabase({ ...SCOPE, actor: session.userId }, async (tx) => {
        await openSession(tx, {
          tokenHash: sha256Bytes(session.sessionToken),
          personId: session.userId,
          ...notedProof(),
          userAgent: (await headers()).get('user-agent'),
        })
        await record(tx, {
          tenant: PLATFORM_TENANT,
          action: 'session.opened',
          subject: session.userId,
        })
      })
      return session
    },
    async getSessionAndUser(token) {
      const found = await inDatabase(SCOPE, (tx) => loadViewer(tx, sha256Bytes(token)))
      if (!found) return null
      const session: AdapterSession = {
        sessionToken: token,
        userId: found.viewer.id,
        expires: new Date(Date.now() + SESSION_HARD_MINUTES * 60_000),
      }
      return { session, user: userOf(found.viewer) }
    },
    updateSession: () => null,
    async deleteSession(token) {
      await inDatabase(SCOPE, async (tx) => {
        const personId = await endSession(tx, sha256Bytes(token))
        if (personId)
          await record(tx, { tenant: PLATFORM_TENANT, action: 'session.ended', subject: personId })
      })
    },
  }
}
