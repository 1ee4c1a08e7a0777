import { PEOPLE } from './people.ts'
import { createScimClient } from './scim-client.ts'
import { keepState, readState } from './state.ts'

type Options = { url: string; token: string; file: string }

/**
 * The directory's side of SCIM: pushes people and groups as Entra ID does — look by filter, create what is missing, patch what differs — until the other side answers.
 * Who left and who is in which group is kept in a file: a restart brings nobody back.
 */
export function createDirectory({ url, token, file }: Options) {
  const { active, groups } = readState(file)
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

  function keep(): void {
    keepState(file, { active, groups })
    changed()
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
      keep()
    },
    setMember(group: string, user: string, isMember: boolean) {
      const members = groups.get(group) ?? new Set<string>()
      if (isMember) members.add(user)
      else members.delete(user)
      groups.set(group, members)
      keep()
    },
    groupsOf: (user: string) =>
      [...groups].filter(([, members]) => members.has(user)).map(([name]) => name),
    stop() {
      clearTimeout(timer)
      clearInterval(repeat)
    },
  }
}
