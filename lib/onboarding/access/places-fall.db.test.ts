import { afterAll, beforeAll, expect, test } from 'vitest'
import type { StageTerms } from '#lib/changes/policy.ts'
import { granted } from '#lib/testing/access.ts'
import { type TestChanges, testChanges } from '#lib/testing/changes.ts'
import { previewPolicy } from '../policy-edit/preview-policy.ts'
import { proposePolicy } from '../policy-edit/propose-policy.ts'

let changes: TestChanges
beforeAll(async () => {
  changes = await testChanges()
})
afterAll(() => changes?.close())

test('an administrator who is one no more keeps no seat over policies, nor a vote given from it', async () => {
  await granted(changes, { role: 'admin', to: 'dana.silva', tenant: 'platform' })
  await granted(changes, { role: 'admin', to: 'chen.wei', tenant: 'platform' })
  const [row] = await changes.rows<{ id: string; scope: object; body: object }>(
    `select p.id, v.scope, v.body from approval_policy p join approval_policy_version v on v.policy_id = p.id and v.version = p.active_version where p.name = 'Owner sign-off'`,
  )
  const draft = {
    ...{ policyId: row?.id ?? '', name: 'Owner sign-off', ends: true },
    ...{ scope: row?.scope ?? {}, body: row?.body as { stages: StageTerms[] } },
  }
  const { platform } = changes.organisation
  const seen = await previewPolicy(platform, changes.viewers.grace, { draft, simulate: null })
  if (!seen.ok) throw new Error(seen.error.code)
  const { planHash } = seen.value
  const asked = await proposePolicy(platform, changes.viewers.grace, {
    draft,
    reason: 'because',
    planHash,
  })
  if (!asked.ok) throw new Error(asked.error.code)
  const seats = async () =>
    (
      await changes.rows<{ name: string }>(
        `select p.user_name as name from stage_principal s join person p on p.id = s.principal_id where s.change_id = $1 order by 1`,
        asked.value.changeId,
      )
    ).map(({ name }) => name)
  expect(await seats()).toEqual(expect.arrayContaining(['chen.wei', 'dana.silva']))
  await changes.rows(
    `delete from membership where role = 'admin' and principal_id = (select id from person where user_name = 'dana.silva')`,
  )
  expect(await seats()).not.toContain('dana.silva')
  expect(await seats()).toContain('chen.wei')
})
