import type { RawEntry } from '#lib/directory/ldap/entry.ts'
import { believed, type DirectoryAge } from '#lib/entitlements/directory-age.ts'
import type { Fact } from '#lib/entitlements/facts.ts'
import { known } from '#lib/entitlements/facts.ts'
import type { SetLdap } from '#lib/onboarding/directory-ldap.schema.ts'
import { setLdap } from '#lib/onboarding/ldap/set-ldap.ts'
import { syncLdap } from '#lib/onboarding/ldap/sync-ldap.ts'
import type { Viewer } from '#lib/viewer.ts'
import type { Slapd } from './find-slapd.ts'
import { type InProcessWorker, inProcessWorker } from './in-process-worker.ts'
import { BASES } from './ldap-people.ts'
import { type TestOrganisation, testOrganisation } from './organisation.ts'
import { type LdapServer, startSlapd } from './slapd.ts'

export type ReadState = {
  asOf: Date | null
  reason: string | null
  trouble: string | null
  people: number
  groups: number
  sinceFull: number
  skipped: number
  skippedSome: { dn: string; why: string }[]
  held: string[] | null
  digest: string | null
  facts: { people: { removed: number; of: number }; who: { userName: string }[] } | null
}
type Row = {
  id: string
  name: string
  display: string
  email: string
  status: string
  externalId: string | null
  manager: string | null
}

/** An organisation with a real slapd beside it, and what tests of reading it do over and over. */
export type LdapBench = {
  organisation: TestOrganisation
  worker: InProcessWorker
  server: LdapServer
  grace: Viewer
  setUp(differs: Partial<SetLdap>): Promise<string>
  terms(differs?: Partial<SetLdap>): SetLdap
  due(): Promise<void>
  sync(): Promise<void>
  /** A reading, due or not; `whole`: of everybody. */
  read(how?: { whole: boolean }): Promise<ReadState>
  /** A reading, with something done after the server was asked. */
  readAnd(between: () => Promise<void>): Promise<void>
  state(): Promise<ReadState>
  people(): Promise<Row[]>
  members(group: string): Promise<string[]>
  acts(): Promise<string[]>
  openSessions(personId: string): Promise<number>
  factOf(userName: string): Promise<Fact<boolean>>
  search(base: string, attributes: readonly string[]): Promise<RawEntry[]>
  sql<T>(text: string, values: readonly unknown[]): Promise<T[]>
  close(): Promise<void>
}

const STATE = `select as_of as "asOf", trouble_reason as reason, trouble, people, groups, since_full as "sinceFull", skipped, skipped_some as "skippedSome", held,
  encode(held_digest, 'hex') as digest, held_facts as facts from ldap_state where directory_id = $1`

/** Starts both; `setUp` makes the directory. */
export async function ldapBench(slapd: Slapd): Promise<LdapBench> {
  const server = await startSlapd(slapd)
  const organisation = await testOrganisation()
  const worker = inProcessWorker(organisation)
  const grace = await organisation.viewer('grace.kim')
  let id = ''
  const sql = <T>(text: string, values: readonly unknown[]): Promise<T[]> =>
    organisation.owner.inContext({ actor: 'sys:test', tenants: [] }, (tx) =>
      tx.$queryRawUnsafe<T[]>(text, ...values),
    )
  const state = () => oneOf<ReadState>(sql, STATE, id)
  const due = async () => void (await sql(`update ldap_state set next_at = now()`, []))
  const terms = (differs: Partial<SetLdap> = {}): SetLdap => ({ ...termsOf(server), ...differs })
  const sync = () => syncLdap(worker.platform, id)
  return {
    ...{ organisation, worker, server, grace, sql, state, due, terms, sync },
    async setUp(differs) {
      const made = await setLdap(organisation.platform, grace, terms(differs))
      if (!made.ok) throw new Error(made.error.code)
      id = made.value.directoryId
      return id
    },
    async read(how) {
      if (how?.whole) await sql(`update ldap_state set cursor = null where directory_id = $1`, [id])
      await due()
      await sync()
      return state()
    },
    async readAnd(between) {
      const { ldap } = worker.platform
      const slow: typeof ldap = {
        async withSession(access, use) {
          const answer = await ldap.withSession(access, use)
          await between()
          return answer
        },
      }
      await syncLdap({ ...worker.platform, ldap: slow }, id)
    },
    ...readersOf(sql, () => id),
    search: (base, attributes) =>
      worker.platform.ldap.withSession(server.access, (session) =>
        session.search({ base, scope: 'base', filter: '(objectClass=*)', attributes }),
      ),
    async close() {
      await worker.close()
      await organisation.close()
      await server.stop()
    },
  }
}

type Sql = LdapBench['sql']

function readersOf(
  sql: Sql,
  idOf: () => string,
): Pick<LdapBench, 'people' | 'members' | 'acts' | 'openSessions' | 'factOf'> {
  return {
    people: () =>
      sql<Row>(
        `select p.id, p.user_name as name, p.display_name as display, p.email, p.status, p.external_id as "externalId", m.user_name as manager
         from person p left join person m on m.id = p.manager_id where p.directory_id = $1 order by p.id`,
        [idOf()],
      ),
    members: async (group) =>
      (
        await sql<{ name: string }>(
          `select p.user_name as name from group_member m join directory_group g on g.id = m.group_id join person p on p.id = m.person_id where g.directory_id = $1 and g.name = $2 order by 1`,
          [idOf(), group],
        )
      ).map(({ name }) => name),
    acts: async () =>
      (
        await sql<{ action: string }>(
          `select action from audit_event where actor = 'sys:ldap' order by tenant_id, seq`,
          [],
        )
      ).map(({ action }) => action),
    openSessions: async (personId) =>
      (
        await oneOf<{ n: number }>(
          sql,
          `select count(*)::int as n from session where person_id = $1 and revoked_at is null`,
          personId,
        )
      ).n,
    async factOf(userName) {
      const { age } = await oneOf<{ age: DirectoryAge | null }>(
        sql,
        `select app.directory_age(id) as age from person where user_name = $1 and directory_id = $2`,
        ...[userName, idOf()],
      )
      return believed(known(true, new Date(0), 'directory'), age)
    },
  }
}

async function oneOf<T>(sql: Sql, text: string, ...values: unknown[]): Promise<T> {
  const [row] = await sql<T>(text, values)
  if (!row) throw new Error(`no row: ${text}`)
  return row
}

function termsOf({ access }: LdapServer): SetLdap {
  return {
    ...{ directoryId: null, name: 'bank', issuer: 'https://idp.bank.example' },
    ...{ subjectClaim: 'sub', flavour: 'openldap', nameAttribute: 'uid' },
    ...{ url: access.url, bindDn: access.bindDn, password: access.password },
    ...{ caPem: access.caPem ?? '', ...BASES },
    ...{ everyMinutes: 5, fullEvery: 100, maxRemovedPercent: 10, staleMinutes: 60 },
    reason: 'the bank’s own directory',
  }
}
