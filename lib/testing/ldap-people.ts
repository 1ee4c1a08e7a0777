import { createHash } from 'node:crypto'
import type { Attributes, LdapServer } from './slapd.ts'

const PEOPLE = 'ou=People,dc=bank,dc=example'
const GROUPS = 'ou=Groups,dc=bank,dc=example'
const CONTROLLER = 'cn=NTDS Settings,dc=bank,dc=example'
export const BASES = { peopleBase: PEOPLE, groupsBase: GROUPS }

/** Name of a person’s entry. */
export function personDn(name: string): string {
  return `cn=${name},${PEOPLE}`
}
/** Name of a group’s entry. */
export function groupDn(name: string): string {
  return `cn=${name},${GROUPS}`
}

/** Sixteen bytes that a name stands for. */
export function guidOf(name: string): Buffer {
  return createHash('md5').update(name).digest()
}

export type Tree = {
  person(name: string, more?: Attributes): Promise<void>
  people(names: readonly string[]): Promise<void>
  group(name: string, members: readonly string[]): Promise<void>
  set(dn: string, attributes: Attributes): Promise<void>
  remove(dn: string): Promise<void>
  /** Lets the server say how far it has counted. */
  commit(): Promise<void>
}

/** Entries as OpenLDAP has them. */
export function openldapTree(server: LdapServer): Tree {
  const entry = (name: string): Attributes => ({
    ...{ objectClass: 'inetOrgPerson', cn: name, sn: name, uid: name },
    ...{ mail: `${name}@bank.example`, displayName: `${name} of the bank` },
  })
  return {
    person: (name, more = {}) => server.add(personDn(name), { ...entry(name), ...more }),
    people: (names) => server.addAll(new Map(names.map((name) => [personDn(name), entry(name)]))),
    group: (name, members) =>
      server.add(groupDn(name), { objectClass: 'groupOfNames', cn: name, member: members }),
    set: server.set,
    remove: server.remove,
    commit: async () => undefined,
  }
}

export type Domain = Tree & {
  /** The controller’s database becomes another one, as after a restore. */
  reborn(): Promise<void>
}

/** Entries as Active Directory has them: each write counts on, and the root entry says how far. */
export async function activeDirectoryTree(server: LdapServer): Promise<Domain> {
  let usn = 1000
  let lives = 1
  const counted = () => {
    usn += 1
    return { uSNChanged: String(usn) }
  }
  const root = () => ({ dsServiceName: CONTROLLER, highestCommittedUSN: String(usn) })
  const controller = { objectClass: 'nTDSDSA', cn: 'NTDS Settings' }
  await server.add(CONTROLLER, { ...controller, invocationId: guidOf('life 1') })
  await server.restart({ root: root() })
  const entry = (name: string): Attributes => ({
    ...{ objectClass: 'user', objectCategory: 'person', objectGUID: guidOf(name) },
    ...{ cn: name, sn: name, sAMAccountName: name, userAccountControl: '512' },
    ...{ mail: `${name}@bank.example`, displayName: `${name} of the bank`, ...counted() },
  })
  return {
    person: (name, more = {}) => server.add(personDn(name), { ...entry(name), ...more }),
    people: (names) => server.addAll(new Map(names.map((name) => [personDn(name), entry(name)]))),
    group: (name, members) =>
      server.add(groupDn(name), {
        ...{ objectClass: 'group', cn: name, sAMAccountName: name, objectGUID: guidOf(name) },
        ...{ ...counted(), ...(members.length > 0 ? { member: members } : {}) },
      }),
    set: (dn, attributes) => server.set(dn, { ...attributes, ...counted() }),
    remove: (dn) => {
      counted()
      return server.remove(dn)
    },
    commit: () => server.restart({ root: root() }),
    async reborn() {
      lives += 1
      await server.set(CONTROLLER, { invocationId: guidOf(`life ${lives}`) })
    },
  }
}
