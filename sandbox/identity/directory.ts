import { GROUPS, PEOPLE } from './people.ts'
import { createScimClient } from './scim-client.ts'

type Options = { url: string; token: string }

/** The directory's side of SCIM: pushes people and groups as Entra ID does — look by filter, create what is missing, patch what differs — until the other side answers. */
export function createDirectory({ url, token }: Options) {
  const active = new Map(PEOPLE.map((person) => [person.user, person.active]))
  const groups = new Map(Object.entries(GROUPS).map(([name, members]) => [name, new Set(members)]))
  let wanted = true
  let timer: NodeJS.Timeout | undefined
  let pushed = false

  const scim = createScimClient({ url, token })

  async function push(): Promise<void> {
    const ids = new Map<string, string>()
    for (const person of PEOPLE)
      ids.set(
        person.user,
        await scim.pushPerson({
          ...person,
          active: active.get(person.user) ?? false,
        }),
      )
    for (const [name, members] of groups)
      await scim.pushGroup(
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
