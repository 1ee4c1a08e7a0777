import { createPrivateKey, generateKeyPairSync } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { Provider } from 'oidc-provider'
import { createDirectory } from './directory.ts'
import { personaPage } from './page.ts'
import { emailOf, PEOPLE } from './people.ts'

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '4120' },
    data: { type: 'string' },
    'client-id': { type: 'string', default: 'stairway' },
    'client-secret': { type: 'string' },
    'app-url': { type: 'string', default: 'http://localhost:3000' },
    'scim-token': { type: 'string' },
    'control-token': { type: 'string' },
  },
})
const {
  data,
  'client-secret': clientSecret,
  'scim-token': scimToken,
  'control-token': controlToken,
  'app-url': appUrl,
} = values
if (!data || !clientSecret || !scimToken || !controlToken)
  throw new Error('--data, --client-secret, --scim-token and --control-token are needed')
mkdirSync(data, { recursive: true })

const HOUR = 3600
/** How the sandbox says that somebody signed in: RFC 8176's methods, and a class of its own. */
const TWO_FACTORS = { acr: 'urn:sandbox:two-factors', amr: ['pwd', 'otp'] }
const ONE_FACTOR = { acr: 'urn:sandbox:one-factor', amr: ['pwd'] }
const issuer = `http://127.0.0.1:${values.port}`
const directory = createDirectory({
  url: `${appUrl}/api/scim/v2`,
  token: scimToken,
  file: path.join(data, 'directory.json'),
})

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: values['client-id'],
      client_secret: clientSecret,
      redirect_uris: [`${appUrl}/api/auth/callback/oidc`],
      post_logout_redirect_uris: [`${appUrl}/sign-in`],
      grant_types: ['authorization_code'],
      response_types: ['code'],
      token_endpoint_auth_method: 'client_secret_basic',
    },
  ],
  jwks: { keys: [signingKey()] },
  cookies: {
    keys: [clientSecret],
    names: { session: 'idp.session', interaction: 'idp.interaction', resume: 'idp.resume' },
  },
  conformIdTokenClaims: false,
  claims: {
    openid: ['sub', 'auth_time', 'acr', 'amr'],
    email: ['email', 'email_verified'],
    profile: ['name', 'groups'],
  },
  acrValues: [TWO_FACTORS.acr, ONE_FACTOR.acr],
  features: { devInteractions: { enabled: false }, rpInitiatedLogout: { enabled: true } },
  pkce: { required: () => true },
  interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (_context, id) => {
    const person = PEOPLE.find((each) => each.user === id)
    if (!person) return undefined
    return {
      accountId: id,
      claims: async () => ({
        sub: id,
        name: person.name,
        email: emailOf(id),
        email_verified: true,
        groups: directory.groupsOf(id),
      }),
    }
  },
  loadExistingGrant: async (context) => {
    const grant = new context.oidc.provider.Grant({
      clientId: context.oidc.client?.clientId ?? '',
      accountId: context.oidc.session?.accountId ?? '',
    })
    grant.addOIDCScope('openid email profile')
    await grant.save()
    return grant
  },
  ttl: { Session: 60, Interaction: 10 * 60, Grant: HOUR, AccessToken: HOUR, IdToken: HOUR },
})

/** The key survives restarts: whoever signed in before still can be verified. */
function signingKey(): Record<string, unknown> {
  const file = path.join(data ?? '', 'signing-key.pem')
  if (!existsSync(file)) {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const text = privateKey.export({ type: 'pkcs8', format: 'pem' })
    writeFileSync(`${file}.tmp`, text, { mode: 0o600 })
    renameSync(`${file}.tmp`, file)
  }
  return {
    ...createPrivateKey(readFileSync(file)).export({ format: 'jwk' }),
    use: 'sig',
    alg: 'RS256',
    kid: 'sandbox',
  }
}

const oidc = provider.callback()
const server = createServer((request, response) => {
  answer(request, response).catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    if (!response.headersSent)
      response
        .writeHead(400, { 'content-type': 'text/plain' })
        .end('This sign-in is over. Start again from Stairway.\n')
  })
})

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', issuer)
  const login = /^\/interaction\/([\w-]+)\/login$/.exec(url.pathname)
  if (url.pathname === '/control') return control(request, response)
  if (login && request.method === 'POST') {
    const form = new URLSearchParams(await bodyOf(request))
    const methods = form.has('weak') ? ONE_FACTOR : TWO_FACTORS
    return provider.interactionFinished(
      request,
      response,
      { login: { accountId: form.get('user') ?? '', ...methods } },
      { mergeWithLastSubmission: false },
    )
  }
  if (/^\/interaction\/[\w-]+$/.test(url.pathname)) {
    const details = await provider.interactionDetails(request, response)
    response
      .writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
      .end(personaPage(details.uid, appUrl ?? ''))
    return
  }
  await oidc(request, response)
}

/** `{ user, active }` or `{ user, group, member }`; GET says whether everything was pushed. */
async function control(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.headers.authorization !== `Bearer ${controlToken}`)
    return void response.writeHead(401).end()
  if (request.method === 'POST') {
    const asked = JSON.parse(await bodyOf(request)) as {
      user: string
      active?: boolean
      group?: string
      member?: boolean
    }
    if (asked.active !== undefined) directory.setActive(asked.user, asked.active)
    if (asked.group) directory.setMember(asked.group, asked.user, asked.member ?? true)
  }
  response
    .writeHead(200, { 'content-type': 'application/json' })
    .end(JSON.stringify({ pushed: directory.isPushed() }))
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

server.listen(Number(values.port), '127.0.0.1', () =>
  process.stdout.write(
    `${JSON.stringify({ ready: true, url: issuer, port: Number(values.port) })}\n`,
  ),
)
server.on('error', (error) => {
  process.stderr.write(`${error.message}\n`)
  process.exit(1)
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    directory.stop()
    server.closeAllConnections()
    server.close(() => process.exit(0))
  })
}
