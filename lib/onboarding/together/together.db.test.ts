import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { approvableTogether } from '#lib/changes/together-queries.ts'
import { TEST_ONLY } from '#lib/testing/changes.ts'
import { type Delegations, testDelegations } from '#lib/testing/delegations.ts'
import { aRequest } from '#lib/testing/organisation.ts'
import type { Viewer } from '#lib/viewer.ts'
import { requestService } from '../request-service.ts'
import { withdrawChange } from '../withdraw-change.ts'
import { ApproveTogether } from './approve-together.schema.ts'
import { approveTogether } from './approve-together.ts'

type Change = { changeId: string; number: number; planHash: string }

const QUIET = { ...TEST_ONLY, tier: 4, dataClass: 0 } as const
let at: Delegations
let template: string

beforeAll(async () => {
  at = await testDelegations()
  await at.submitted('first', QUIET)
  template = (await approvableTogether(at.platform, at.ben))[0]?.template ?? ''
  await at.clear()
})
afterAll(() => at?.changes.close())
afterEach(() => at.clear())

/** What came of each line, in the order given. */
async function together(viewer: Viewer, changes: readonly Change[], of = template) {
  const lines = changes.map(({ changeId, planHash }) => ({ changeId, planHash }))
  const answer = await approveTogether(at.platform, viewer, { template: of, lines })
  if (!answer.ok) throw new Error('refused as a whole')
  expect(answer.value.lines).toHaveLength(changes.length)
  return answer.value.lines.map((line) =>
    line.ok
      ? line.value.state
      : line.error.code === 'not_together'
        ? line.error.why
        : line.error.code,
  )
}

async function three(name: string): Promise<[Change, Change, Change]> {
  return [
    await at.submitted(`${name}-one`, QUIET),
    await at.submitted(`${name}-two`, QUIET),
    await at.submitted(`${name}-three`, QUIET),
  ]
}

const listed = async (viewer: Viewer) =>
  (await approvableTogether(at.platform, viewer)).flatMap(({ lines }) => lines)

test('each of several is approved by its own hash, with a vote and an event of its own', async () => {
  const changes = await three('plain')
  const lines = await listed(at.ben)
  expect(lines.map(({ changeId, planHash }) => ({ changeId, planHash }))).toEqual(
    changes.map(({ changeId, planHash }) => ({ changeId, planHash })),
  )
  expect(lines[0]).toMatchObject({
    ...{ service: 'plain-one', tenant: 'payments', stage: 'Tenant owner', targets: 1 },
    ...{ template: expect.stringMatching(/^node-http-service@\d+$/) },
  })
  expect(lines[0]?.objects).toBeGreaterThan(5)
  expect(await together(at.ben, changes)).toEqual(['approved', 'approved', 'approved'])
  for (const { changeId, planHash } of changes) {
    const [row] = await at.changes.rows<{ plan: string; body: string }>(
      `select encode(d.plan_hash, 'hex') as plan, p.body from decision d join audit_event e on e.subject = d.change_id and e.action = 'change.decided'
         join audit_payload p on p.tenant_id = e.tenant_id and p.seq = e.seq where d.change_id = $1`,
      changeId,
    )
    expect(row?.plan).toBe(planHash)
    expect(JSON.parse(row?.body ?? '{}')).toMatchObject({ plan: planHash, together: 3 })
    expect(await at.state({ changeId })).toBe('approved')
  }
  expect(await listed(at.ben)).toEqual([])
})

test('what moved, was decided or ended meanwhile is said on its line, and the others are approved', async () => {
  const [moved, ended, decided] = await three('beside')
  const fine = await at.submitted('beside-fine', QUIET)
  const request = aRequest('beside-one', { ...QUIET, size: 'medium' })
  await requestService(at.platform, at.ada, { request, changeId: moved.changeId, baseRevision: 1 })
  await withdrawChange(at.platform, at.ada, { changeId: ended.changeId, reason: 'no' })
  await at.vote(at.ben, decided)
  expect(await together(at.ben, [moved, ended, decided, fine])).toEqual([
    'plan_moved',
    'illegal_transition',
    'illegal_transition',
    'approved',
  ])
  expect(await at.state(moved)).toBe('awaiting_approval')
})

test('never of more than low risk, of another template or version, in a stage that asks for more, or by who is barred', async () => {
  const risky = await at.submitted('risky', TEST_ONLY)
  const plain = await at.submitted('not-risky', QUIET)
  expect((await listed(at.ben)).map(({ changeId }) => changeId)).toEqual([plain.changeId])
  expect(await together(at.ben, [risky])).toEqual(['risk'])
  expect(await together(at.ben, [plain], 'node-http-service@999')).toEqual(['template'])
  const stage = (set: string) =>
    at.changes.rows(`update approval_stage set ${set} where change_id = $1`, plain.changeId)
  await stage('comment_required = true')
  expect(await listed(at.ben)).toEqual([])
  expect(await together(at.ben, [plain])).toEqual(['comment_required'])
  await stage('comment_required = false, step_up_minutes = 100000')
  expect(await listed(at.ben)).toEqual([])
  expect(await together(at.ben, [plain])).toEqual(['sign_in'])
  await stage('step_up_minutes = null')
  await at.changes.rows(`update change set type = 'emergency' where id = $1`, plain.changeId)
  expect(await listed(at.ben)).toEqual([])
  expect(await together(at.ben, [plain])).toEqual(['emergency'])
  await at.changes.rows(`update change set type = 'normal' where id = $1`, plain.changeId)
  for (const other of [at.ada, at.erik]) expect(await listed(other)).toEqual([])
  expect(await together(at.ada, [plain])).toEqual(['barred_from_approving'])
  expect(await together(at.erik, [plain])).toEqual(['not_an_approver'])
  expect(await together(at.chen, [plain])).toEqual(['change_not_found'])
  await at.delegated(at.ben, at.erik)
  expect(await listed(at.erik)).toEqual([])
  expect(await together(at.erik, [plain])).toEqual(['not_an_approver'])
  expect(await together(at.ben, [plain])).toEqual(['approved'])
})

test('its checks are made anew: what no longer passes is not approved with the rest', async () => {
  const [one, two] = await three('checked')
  await at.changes.rows(`update tenant_quota set cpu_milli = 1, memory_mib = 1`)
  const outcome = await together(at.ben, [one, two])
  await at.changes.rows(`update tenant_quota set cpu_milli = 1000000, memory_mib = 1000000`)
  expect(outcome).toEqual(['doubts', 'doubts'])
})

test('two people at the same moment: each change has one vote that counts, and nothing is approved twice', async () => {
  const changes = await three('race')
  const [ben, farah] = await Promise.all([
    together(at.ben, changes),
    together(at.farah, changes.toReversed()),
  ])
  const by = changes.map((_, n) => [ben[n], farah[changes.length - 1 - n]])
  for (const outcome of by) expect([...outcome].sort()).toEqual(['approved', 'illegal_transition'])
  const [jobs] = await at.changes.rows<{ n: number }>(
    `select count(*)::int as n from change_transition where to_state = 'approved' and change_id = any ($1)`,
    changes.map(({ changeId }) => changeId),
  )
  expect(jobs?.n).toBe(3)
})

test('the same act twice at once: every line is taken once', async () => {
  const changes = await three('twice')
  const both = await Promise.all([together(at.ben, changes), together(at.ben, changes)])
  const votes = await at.changes.rows(
    `select change_id from decision where change_id = any ($1)`,
    changes.map(({ changeId }) => changeId),
  )
  expect(votes).toHaveLength(3)
  expect(both.flat().filter((each) => each === 'approved')).toHaveLength(3)
})

test('an edit at the same moment: the line says that the bytes moved, or the old ones are approved and the edit asks anew', async () => {
  for (let round = 0; round < 4; round += 1) {
    const change = await at.submitted(`edited-${round}`, QUIET)
    const request = aRequest(`edited-${round}`, { ...QUIET, size: 'medium' })
    const edit = { request, changeId: change.changeId, baseRevision: 1 }
    const [[outcome], edited] = await Promise.all([
      together(at.ben, [change]),
      requestService(at.platform, at.ada, edit),
    ])
    const [row] = await at.changes.rows<{ state: string; voted: string[]; standing: string[] }>(
      `select c.state, array(select encode(d.plan_hash, 'hex') from decision d where d.change_id = c.id) as voted,
         array(select encode(d.plan_hash, 'hex') from decision d where d.change_id = c.id and d.revision = c.revision) as standing from change c where c.id = $1`,
      change.changeId,
    )
    const votes = outcome === 'approved' ? [change.planHash] : []
    expect(['approved', 'plan_moved']).toContain(outcome)
    expect(row?.voted).toEqual(votes)
    // who edits what was approved a moment before asks anew: that vote is not about the new bytes
    if (edited.ok) expect(row).toMatchObject({ state: 'awaiting_approval', standing: [] })
    else expect(row).toMatchObject({ state: 'approved', standing: votes })
  }
})

test('one act holds one to twenty lines, each change once', () => {
  const line = (n: number) => ({ changeId: `chg_${n}`, planHash: 'a'.repeat(64) })
  const fits = (lines: unknown[]) => ApproveTogether.safeParse({ template: 'x@1', lines }).success
  const some = (n: number) => Array.from({ length: n }, (_, each) => line(each))
  expect([fits(some(1)), fits(some(20))]).toEqual([true, true])
  expect([fits([]), fits(some(21)), fits([line(1), line(1)])]).toEqual([false, false, false])
})
