import { emailOf } from './people.ts'

type Resource = { id: string; active?: boolean; members?: { value: string }[] }
type Person = { user: string; name: string; active: boolean }
type Options = { url: string; token: string }

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User'
const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group'
const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp'

/** Pushes one person or group at a time as Entra ID does: look by filter, create what is missing, patch what differs. */
export function createScimClient({ url, token }: Options) {
  const call = caller({ url, token })

  const find = async (
    path: string,
    attribute: string,
    value: string,
  ): Promise<Resource | undefined> =>
    (
      await call<{ Resources: Resource[] }>(
        'GET',
        `${path}?filter=${encodeURIComponent(`${attribute} eq "${value}"`)}`,
      )
    ).Resources[0]
  const patch = (path: string, operations: unknown[]) =>
    call('PATCH', path, { schemas: [PATCH], Operations: operations })

  async function pushPerson({ user, name, active: isActive }: Person): Promise<string> {
    const known = await find('/Users', 'userName', user)
    if (!known) {
      const [givenName = '', ...rest] = name.split(' ')
      const body = {
        schemas: [USER],
        userName: user,
        externalId: user,
        active: isActive,
        displayName: name,
        name: { givenName, familyName: rest.join(' ') },
        emails: [{ value: emailOf(user), primary: true, type: 'work' }],
      }
      return (await call<Resource>('POST', '/Users', body)).id
    }
    if (known.active !== isActive)
      await patch(`/Users/${known.id}`, [
        { op: 'Replace', path: 'active', value: isActive ? 'True' : 'False' },
      ])
    return known.id
  }

  async function pushGroup(name: string, memberIds: readonly string[]): Promise<void> {
    const known = await find('/Groups', 'displayName', name)
    const group =
      known ??
      (await call<Resource>('POST', '/Groups', {
        schemas: [GROUP],
        displayName: name,
        externalId: name,
        members: [],
      }))
    const current = new Set((group.members ?? []).map((member) => member.value))
    const missing = memberIds.filter((id) => !current.has(id))
    const extra = [...current].filter((id) => !memberIds.includes(id))
    const operations = [
      ...(missing.length > 0
        ? [{ op: 'Add', path: 'members', value: missing.map((value) => ({ value })) }]
        : []),
      ...extra.map((id) => ({ op: 'Remove', path: `members[value eq "${id}"]` })),
    ]
    if (operations.length > 0) await patch(`/Groups/${group.id}`, operations)
  }

  return { pushPerson, pushGroup }
}

function caller({ url, token }: Options) {
  return async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' },
      signal: AbortSignal.timeout(15_000),
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    if (!response.ok)
      throw new Error(
        `${method} ${path}: ${response.status} ${(await response.text()).slice(0, 200)}`,
      )
    return (response.status === 204 ? undefined : await response.json()) as T
  }
}
