import { randomBytes } from 'node:crypto'
import { sha256Bytes } from '#lib/hash.ts'
import { newId } from '#lib/id.ts'
import { route } from '#lib/web/route.ts'
import { answerScim } from '#lib/web/scim.ts'
import type { TestOrganisation } from './organisation.ts'

export type ScimAnswer = {
  status: number
  headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects and fails where it is not
  body: any
}

const BASE = 'http://localhost:3000/api/scim/v2'
const handler = route('directory', ({ request, params }) => answerScim(request, params.path ?? ''))

/** A directory's HTTP client, straight at the handler that Next would call: real requests, real answers. */
export function scimClient(token: string) {
  return async (method: string, address: string, body?: unknown): Promise<ScimAnswer> => {
    const url = new URL(`${BASE}/${address}`)
    const parts = url.pathname.slice(new URL(BASE).pathname.length + 1).split('/')
    const answer = await handler(
      new Request(url, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' },
        ...(body === undefined
          ? {}
          : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
      { params: Promise.resolve({ path: parts.map(decoded) }) },
    )
    const text = await answer.text()
    return { status: answer.status, headers: answer.headers, body: text ? JSON.parse(text) : null }
  }
}

/** As Next hands a part of a path over: decoded where that goes. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

/** Another directory beside the seeded one, with its token. */
export async function anotherDirectory(
  { owner }: TestOrganisation,
  name: string,
): Promise<{ id: string; token: string }> {
  const id = newId('dir')
  const token = randomBytes(16).toString('hex')
  await owner.inContext({ actor: 'sys:test', tenants: [] }, async (tx) => {
    await tx.directory.create({ data: { id, name, issuer: `https://${name}.example` } })
    await tx.directory_token.create({ data: { directory_id: id, token_hash: sha256Bytes(token) } })
  })
  return { id, token }
}
