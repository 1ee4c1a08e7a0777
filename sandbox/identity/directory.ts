import { emailOf, GROUPS, PEOPLE } from './people.ts'

type Resource = { id: string; active?: boolean; members?: { value: string }[] }
type Options = { url: string; token: string }

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User'
const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group'
const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp'

/** The directory's side of SCIM: pushes people and groups as Entra ID does — look by filter, create what is missing, patch what differs — until the other side answers. */
export function createDirectory({ url, token }: Options) {
  const active = new Map(PEOPLE.map((person) => [person.user, person.active]))
  const groups = new Map(Object.entries(GROUPS).map(([name, members]) => [name, new Set(members)]))
  let wanted = true
  let timer: NodeJS.Timeout | undefined
  let pushed = false

  async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
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

  async function pushPerson(user: string, name: string): Promise<string> {
    const isActive = active.get(user) ?? false
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

  async function push(): Promise<void> {
    const ids = new Map<string, string>()
    for (const person of PEOPLE) ids.set(person.user, await pushPerson(person.user, person.name))
    for (const [name, members] of groups)
      await pushGroup(
        name,
        [...members].flatMap((user) => ids.get(user) ?? []),
      )
    pushed = true
  }

  async function run(): Promise<void> {
    timer = undefined
    if (!wanted) return
    wanted = false
    try {
      await push()
    } catch (error) {
      wanted = true
      if (pushed)
        process.stderr.write(
          `directory: ${error instanceof Error ? error.message : String(error)}\n`,
        )
    }
    if (wanted) timer = setTimeout(run, 1000)
  }

  function changed(): void {
    wanted = true
    timer ??= setTimeout(run, 0)
  }

  changed()
  const repeat = setInterval(changed, 300_000)
  return {
    isPushed: () => pushed && !wanted,
    setActive(user: string, isActive: boolean) {
      active.set(user, isActive)
      changed()
    },
    setMember(group: string, user: string, isMember: boolean) {
      const members = groups.get(group) ?? new Set<string>()
      if (isMember) members.add(user)
      else members.delete(user)
      groups.set(group, members)
      changed()
    },
    groupsOf: (user: string) =>
      [...groups].filter(([, members]) => members.has(user)).map(([name]) => name),
    stop() {
      clearTimeout(timer)
      clearInterval(repeat)
    },
  }
}
