import { afterAll, beforeAll, expect, test } from 'vitest'
import { guidText } from '#lib/directory/ldap/object-id.ts'
import { type Delegations, delegationRow, testDelegations } from '#lib/testing/delegations.ts'
import { findSlapd } from '#lib/testing/find-slapd.ts'
import { type InProcessWorker, inProcessWorker } from '#lib/testing/in-process-worker.ts'
import {
  activeDirectoryTree,
  BASES,
  type Domain,
  groupDn,
  guidOf,
  personDn,
} from '#lib/testing/ldap-people.ts'
import { type LdapServer, startSlapd } from '#lib/testing/slapd.ts'
import { GROUPS, PEOPLE } from '#sandbox/identity/people.ts'
import { BrokenGuard } from '../advance-change.ts'
import { startChange } from '../start-change.ts'
import { setLdap } from './set-ldap.ts'
import { syncLdap } from './sync-ldap.ts'

const slapd = findSlapd()
const on = test.skipIf(!slapd)

let at: Delegations
let worker: InProcessWorker
let server: LdapServer
let domain: Domain
let id: string

beforeAll(async () => {
  if (!slapd) return
  at = await testDelegations()
  worker = inProcessWorker(at.changes.organisation)
  server = await startSlapd(slapd)
  domain = await activeDirectoryTree(server)
  for (const { user, name, active } of PEOPLE)
    await domain.person(user, {
      ...{ displayName: name, userAccountControl: active ? '512' : '514' },
    })
  for (const [name, members] of Object.entries(GROUPS))
    await domain.group(name, members.map(personDn))
  await domain.commit()
  const [row] = await at.changes.rows<{ id: string }>(`select id from directory`)
  id = row?.id ?? ''
})
afterAll(async () => {
  await worker?.close()
  await at?.changes.close()
  await server?.stop()
})

async function read() {
  await domain.commit()
  await at.changes.rows(`update ldap_state set next_at = now()`)
  await syncLdap(worker.platform, id)
  const [state] = await at.changes.rows<{ reason: string | null; held: string[] | null }>(
    `select trouble_reason as reason, held from ldap_state`,
  )
  return state
}

/** A change that Erik approved for Ben, and by which delegation. */
async function signedFor(name: string) {
  const change = await at.submitted(name)
  const delegation = await at.delegated(at.ben, at.erik)
  expect(await at.vote(at.erik, change, at.ben)).toBe('approved')
  return { change, delegation }
}

async function started(change: { changeId: string }): Promise<string> {
  const start = () => startChange(at.changes.worker, change.changeId)
  await start().catch((error: unknown) => {
    if (!(error instanceof BrokenGuard)) throw error
    return start()
  })
  return at.state(change)
}

on(
  'a directory that pushed by SCIM is read instead: the same ids are the same people, its token ends',
  async () => {
    for (const { user } of PEOPLE)
      await at.changes.rows(
        `update person set external_id = $1 where user_name = $2`,
        guidText(guidOf(user)),
        user,
      )
    const before = await at.changes.rows(
      `select p.id, p.user_name, p.status, (select array_agg(group_id order by group_id) from group_member m where m.person_id = p.id) as groups from person p order by 1`,
    )
    const { url, bindDn, password, caPem } = server.access
    const made = await setLdap(at.platform, at.grace, {
      ...{ directoryId: id, name: '', issuer: '', subjectClaim: '', ...BASES },
      ...{ flavour: 'active_directory', nameAttribute: 'sAMAccountName', url, bindDn, password },
      ...{ caPem: caPem ?? '', everyMinutes: 5, fullEvery: 100, maxRemovedPercent: 10 },
      ...{ staleMinutes: 60, reason: 'the domain is the source' },
    })
    expect(made).toMatchObject({ ok: true })
    expect(await read()).toEqual({ reason: null, held: null })
    expect(
      await at.changes.rows(
        `select p.id, p.user_name, p.status, (select array_agg(group_id order by group_id) from group_member m where m.person_id = p.id) as groups from person p order by 1`,
      ),
    ).toEqual(before)
    expect(await at.changes.rows(`select from directory_token where revoked_at is null`)).toEqual(
      [],
    )
  },
)

on(
  'who is disabled in the domain falls as by SCIM: delegations end for good, and their votes fall',
  async () => {
    const { change, delegation } = await signedFor('ben-leaves')
    await domain.set(personDn('ben.carter'), { userAccountControl: '514' })
    try {
      await read()
      expect(await delegationRow(at, delegation)).toMatchObject({ ended_by: 'sys:ldap' })
      expect(await started(change)).toBe('changes_requested')
    } finally {
      await domain.set(personDn('ben.carter'), { userAccountControl: '512' })
      await read()
    }
  },
)

on('who loses their group in the domain loses what rested on it', async () => {
  const { change, delegation } = await signedFor('ben-moves')
  await domain.set(groupDn('payments-owners'), { member: [personDn('farah.haddad')] })
  try {
    await read()
    expect(await delegationRow(at, delegation)).toMatchObject({ ended_by: 'sys:ldap' })
    expect(await started(change)).toBe('changes_requested')
  } finally {
    const both = ['ben.carter', 'farah.haddad'].map(personDn)
    await domain.set(groupDn('payments-owners'), { member: both })
    await read()
  }
})

on('who is deleted in the domain falls with the next full reading', async () => {
  const { change, delegation } = await signedFor('ben-is-deleted')
  await domain.remove(personDn('ben.carter'))
  await at.changes.rows(`update ldap_state set cursor = null`)
  await read()
  expect(await delegationRow(at, delegation)).toMatchObject({ ended_by: 'sys:ldap' })
  expect(await started(change)).toBe('changes_requested')
  expect(await at.changes.rows(`select from group_member where person_id = $1`, at.ben.id)).toEqual(
    [],
  )
})
