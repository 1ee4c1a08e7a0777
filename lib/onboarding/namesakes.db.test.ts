import { afterAll, beforeAll, expect, test } from 'vitest'
import { newId } from '#lib/id.ts'
import { type TestChanges, testChanges } from '#lib/testing/changes.ts'
import { aRequest } from '#lib/testing/organisation.ts'
import { anotherDirectory } from '#lib/testing/scim-client.ts'
import { requestService } from './request-service.ts'

let changes: TestChanges
let other: string

beforeAll(async () => {
  changes = await testChanges()
  other = (await anotherDirectory(changes.organisation, 'acquired')).id
})
afterAll(() => changes?.close())

/** A group of the other directory, of the same name and with a member of its own. */
async function namesake(name: string): Promise<void> {
  const [group, person] = [newId('grp'), newId('usr')]
  await changes.rows(
    `insert into principal (id, kind) values ($1, 'group'), ($2, 'person') returning id`,
    group,
    person,
  )
  await changes.rows(
    `with g as (insert into directory_group (id, directory_id, name) values ($1, $3, $4)),
       p as (insert into person (id, directory_id, external_id, user_name, display_name, email) values ($2, $3, $2, $2, 'Somebody Else', 'else@acquired.example'))
     select 1`,
    group,
    person,
    other,
    name,
  )
  await changes.rows(
    `insert into group_member (group_id, person_id) values ($1, $2) returning group_id`,
    group,
    person,
  )
}

test('a service is owned by the team of its requester’s directory, whoever else has a team of that name', async () => {
  await namesake('payments-core')
  // written last, it is read last: who takes the first of that name takes the other's
  await changes.rows(
    `update directory_group set observed_at = now() where name = 'payments-core' and directory_id <> $1 returning id`,
    other,
  )
  const { changeId } = await changes.failed('owned-once')
  const owners = await changes.rows<{ directory: string }>(
    `select d.name as directory from ci c join directory_group g on g.id = c.owner_group_id join directory d on d.id = g.directory_id
     join change h on h.service_id = c.id where h.id = $1`,
    changeId,
  )
  expect(owners).toEqual([{ directory: 'sandbox' }])
  const teams = await changes.rows<{ directory: string }>(
    `select d.name as directory from ci c join directory_group g on 'tea_' || substr(g.id, 5) = c.id join directory d on d.id = g.directory_id where c.class = 'team' and c.name = 'payments-core'`,
  )
  expect(teams).toEqual([{ directory: 'sandbox' }])
})

test('a name of approvers that two directories use names nobody: the request is refused, and says which stage', async () => {
  const submit = (service: string) =>
    requestService(changes.organisation.platform, changes.viewers.ada, {
      request: aRequest(service),
    })
  expect(await submit('before-namesakes')).toMatchObject({ ok: true })
  await namesake('change-approvers')
  const answer = await submit('after-namesakes')
  expect(answer).toMatchObject({ ok: false, error: { code: 'checks_failed' } })
  expect(JSON.stringify(answer)).toMatch(/stage_unfillable.*nobody could fill: Change approval/)
})
