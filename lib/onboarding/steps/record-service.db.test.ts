import { afterAll, beforeAll, expect, test } from 'vitest'
import { readItem } from '#lib/cmdb/catalog-queries.ts'
import { markOperational } from '#lib/cmdb/store.ts'
import { AS_WORKER, type TestChanges, testChanges } from '#lib/testing/changes.ts'

let at: TestChanges
beforeAll(async () => {
  at = await testChanges()
})
afterAll(() => at?.close())

test('what a service calls, its recovery and the companies it relies on are in the CMDB; who is called is left as it stands', async () => {
  const called = await at.failed('called-ledger')
  const recovery = { rtoMinutes: 240, rpoMinutes: 15, backup: true }
  const asked = { dependsOn: ['called-ledger'], vendors: ['Northwind'], recovery }
  const { changeId } = await at.failed('caller', asked)
  const [row] = await at.rows<{ id: string; tenant: string; rto: number; rpo: number }>(
    `select s.id, s.tenant_id as tenant, s.rto_minutes as rto, s.rpo_minutes as rpo from service s join change c on c.service_id = s.id where c.id = $1`,
    changeId,
  )
  expect(row).toMatchObject({ rto: 240, rpo: 15 })
  const { id = '', tenant = '' } = row ?? {}
  const page = await readItem(at.organisation.platform, at.viewers.ada, id)
  expect(page?.attributes).toMatchObject({ recovery, vendors: ['Northwind'] })
  expect(JSON.stringify(page)).toContain('called-ledger')
  const stages = () =>
    at.rows(
      `select i.name, i.stage from ci i join change c on c.service_id = i.id where c.id = any($1) order by i.name`,
      [called.changeId, changeId],
    )
  await at.workerDb.inContext(AS_WORKER, (tx) => markOperational(tx, tenant, id))
  expect(await stages()).toEqual([
    { name: 'called-ledger', stage: 'deploy' },
    { name: 'caller', stage: 'operational' },
  ])
})
