/** Attributes that can name a person here; which of them a directory offers, its flavour says. */
export const NAME_ATTRIBUTES = ['sAMAccountName', 'userPrincipalName', 'uid'] as const
export type NameAttribute = (typeof NAME_ATTRIBUTES)[number]

export const FLAVOURS = ['active_directory', 'openldap'] as const
export type Flavour = (typeof FLAVOURS)[number]

/** How a kind of server calls what we keep. */
export type AttributeMap = {
  /** Never changes and is never given to another entry. */
  objectId: { attribute: string; form: 'guid' | 'uuid' }
  people: {
    filter: string
    names: readonly NameAttribute[]
    display: readonly string[]
    mail: string
    manager: string
    /** Bits of an account's state; without one, whoever is there is active. */
    control: string | null
    /** The moment at which an account ends by itself; null where there is none of the kind. */
    expires: string | null
  }
  groups: { filter: string; name: readonly string[]; members: readonly string[] }
  /** What grows with each change: a number of the server's own, or the time of it. */
  changed: { attribute: string; form: 'number' | 'time' }
}

export const ATTRIBUTE_MAPS: Readonly<Record<Flavour, AttributeMap>> = {
  active_directory: {
    objectId: { attribute: 'objectGUID', form: 'guid' },
    people: {
      filter: '(&(objectCategory=person)(objectClass=user))',
      names: ['sAMAccountName', 'userPrincipalName'],
      display: ['displayName', 'cn'],
      mail: 'mail',
      manager: 'manager',
      control: 'userAccountControl',
      expires: 'accountExpires',
    },
    groups: {
      filter: '(objectClass=group)',
      name: ['sAMAccountName', 'cn'],
      members: ['member'],
    },
    changed: { attribute: 'uSNChanged', form: 'number' },
  },
  openldap: {
    objectId: { attribute: 'entryUUID', form: 'uuid' },
    people: {
      filter: '(objectClass=inetOrgPerson)',
      names: ['uid'],
      display: ['displayName', 'cn'],
      mail: 'mail',
      manager: 'manager',
      control: null,
      expires: null,
    },
    groups: {
      filter: '(|(objectClass=groupOfNames)(objectClass=groupOfUniqueNames))',
      name: ['cn'],
      members: ['member', 'uniqueMember'],
    },
    changed: { attribute: 'modifyTimestamp', form: 'time' },
  },
}

/** Attributes to ask for of each person. */
export function peopleAttributes(map: AttributeMap, name: NameAttribute): string[] {
  const { display, mail, manager, control, expires } = map.people
  return [
    ...new Set([
      ...[map.objectId.attribute, map.changed.attribute, name, ...display, mail, manager],
      ...[control, expires].filter((one) => one !== null),
    ]),
  ]
}

/** Attributes to ask for of each group. */
export function groupAttributes(map: AttributeMap): string[] {
  const { name, members } = map.groups
  return [...new Set([map.objectId.attribute, map.changed.attribute, ...name, ...members])]
}

/** A filter that lets through only what changed since a cursor, the cursor's own moment included. */
export function changedSince(map: AttributeMap, filter: string, cursor: string): string {
  return `(&${filter}(${map.changed.attribute}>=${cursor}))`
}
