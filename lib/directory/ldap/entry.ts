import { UserFacts } from '../scim.ts'
import { isDisabled, isOver } from './account-control.ts'
import { normalDn } from './dn.ts'
import type { AttributeMap, NameAttribute } from './flavours.ts'
import { guidText, uuidText } from './object-id.ts'

/** An entry as a server gave it: attributes by their names in lower case. What was asked for as bytes stands in `bytes`. */
export type RawEntry = {
  dn: string
  texts: ReadonlyMap<string, readonly string[]>
  bytes: ReadonlyMap<string, Uint8Array>
}

export type LdapPerson = {
  objectId: string
  dn: string
  facts: UserFacts
  /** Normal form of the manager's name. */
  manager: string | null
}
export type LdapGroup = {
  objectId: string
  dn: string
  name: string
  /** Normal forms of the direct members' names. */
  members: readonly string[]
}

/** An entry that cannot be taken in; whom it is of, where that is known, stays as they are, but for being disabled. */
export type Skipped = {
  objectId: string | null
  dn: string
  why: string
  /** That it says of itself that it is disabled: this much is believed of any entry. */
  isDisabled?: boolean
}

/** A person of an entry, as it stands at `now`. Their external id is the entry's immutable id. */
export function personOf(
  entry: RawEntry,
  map: AttributeMap,
  { name, now }: { name: NameAttribute; now: Date },
): LdapPerson | Skipped {
  const state = stateOf(entry, map, now)
  const isDisabled = state === 'disabled'
  const known = identified(entry, map)
  if ('why' in known) return { ...known, isDisabled }
  if (typeof state === 'object') return { ...known, ...state }
  const { display, mail, manager } = map.people
  const userName = first(entry, name)
  if (!userName) return { ...known, why: `it has no ${name}`, isDisabled }
  const facts = UserFacts.safeParse({
    ...{ userName, externalId: known.objectId, active: !isDisabled },
    displayName: firstOf(entry, display) ?? userName,
    email: first(entry, mail) ?? (userName.includes('@') ? userName : ''),
  })
  if (!facts.success) return { ...known, why: faultOf(facts.error), isDisabled }
  const above = first(entry, manager)
  return { ...known, facts: facts.data, manager: above ? normalDn(above) : null }
}

/** Whether an account is in force at a moment, or why nobody can tell. One without a day of its end has none. */
function stateOf(
  entry: RawEntry,
  { people: { control, expires } }: AttributeMap,
  now: Date,
): 'active' | 'disabled' | { why: string } {
  const disabled = control === null ? false : isDisabled(first(entry, control) ?? '')
  if (disabled) return 'disabled'
  const end = expires === null ? undefined : first(entry, expires)
  const over = end === undefined ? false : isOver(end, now)
  if (over) return 'disabled'
  if (disabled === null)
    return { why: `${control} cannot be read, so nobody can tell whether it is disabled` }
  return over === null
    ? { why: `${expires} cannot be read, so nobody can tell whether it has run out` }
    : 'active'
}

/** A group of an entry, with the members given: a server may have told them in pieces. */
export function groupOf(
  entry: RawEntry,
  map: AttributeMap,
  members: readonly string[],
): LdapGroup | Skipped {
  const known = identified(entry, map)
  if ('why' in known) return known
  const name = firstOf(entry, map.groups.name)
  if (!name) return { ...known, why: `it has no ${map.groups.name[0]}` }
  if (name.length > 200 || /[\p{Cc}\p{Surrogate}]/u.test(name))
    return { ...known, why: 'its name is too long, or holds what cannot be stored' }
  const normal = members.map(normalDn).filter((dn) => dn !== null)
  return { ...known, name: name.trim(), members: [...new Set(normal)].sort() }
}

function identified(
  entry: RawEntry,
  map: AttributeMap,
): { objectId: string; dn: string } | Skipped {
  const { attribute, form } = map.objectId
  const key = attribute.toLowerCase()
  const bytes = entry.bytes.get(key)
  const objectId =
    form === 'guid' ? (bytes ? guidText(bytes) : null) : uuidText(first(entry, attribute) ?? '')
  const dn = normalDn(entry.dn)
  if (objectId === null)
    return { objectId: null, dn: entry.dn, why: `its ${attribute} cannot be read` }
  return dn === null ? { objectId, dn: entry.dn, why: 'its name cannot be read' } : { objectId, dn }
}

function first(entry: RawEntry, attribute: string): string | undefined {
  return entry.texts.get(attribute.toLowerCase())?.[0]?.trim() || undefined
}

function firstOf(entry: RawEntry, attributes: readonly string[]): string | undefined {
  return attributes.map((one) => first(entry, one)).find((value) => value !== undefined)
}

function faultOf(error: { issues: readonly { path: readonly PropertyKey[]; message: string }[] }) {
  return error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')
}
