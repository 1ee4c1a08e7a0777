import { afterAll, beforeAll, expect, test } from 'vitest'
import { BUILTIN_POLICIES } from '#lib/entitlements/builtin-policies.ts'
import { readPack } from '#lib/evidence/queries.ts'
import { advanceRun } from '#lib/onboarding/advance-run.ts'
import { closeFailedChange } from '#lib/onboarding/close-failed-change.ts'
import { decideChange } from '#lib/onboarding/decide-change.ts'
import { setWindow } from '#lib/onboarding/freezes/set-window.ts'
import { retryRun } from '#lib/onboarding/operate-run.ts'
import {
  previewEntitlements,
  proposeEntitlements,
} from '#lib/onboarding/policy-edit/propose-entitlements.ts'
import type { RequestService } from '#lib/onboarding/request-service.schema.ts'
import { requestService } from '#lib/onboarding/request-service.ts'
import { startChange } from '#lib/onboarding/start-change.ts'
import { withdrawChange } from '#lib/onboarding/withdraw-change.ts'
import { TEST_ONLY, type TestChanges, testChanges } from '#lib/testing/changes.ts'
import { face, testFreezes } from '#lib/testing/freezes.ts'
import { aRequest } from '#lib/testing/organisation.ts'
import type { Viewer } from '#lib/viewer.ts'
import { verifyPack } from '../../../scripts/verify-evidence.mjs'
import { askEvidence } from './ask-evidence.ts'
import { packEvidence } from './pack-evidence.ts'

let changes: TestChanges
let iris: Viewer

beforeAll(async () => {
  changes = await testChanges()
  iris = await changes.organisation.viewer('iris.novak')
})
afterAll(() => changes?.close())

type Asked = { changeId: string; number: number; planHash: string }

async function asked(request: RequestService, edits?: Asked, viewer = changes.viewers.ada) {
  const answer = await requestService(changes.organisation.platform, viewer, {
    request,
    ...(edits ? { changeId: edits.changeId, baseRevision: 1 } : {}),
  })
  if (!answer.ok) throw new Error(JSON.stringify(answer.error).slice(0, 500))
  return answer.value
}

/** What a pack of the change proves; fails when anything in it does not hold. */
async function proved({ changeId, number }: { changeId: string; number: number }) {
  await askEvidence(changes.organisation.platform, iris, { changeId })
  await packEvidence(changes.worker, changeId)
  const body = await readPack(changes.organisation.platform, iris, number)
  const { proved: lines, broken } = verifyPack(Buffer.from(body ?? []), [
    changes.worker.signer.publicKey,
  ])
  expect(broken).toEqual([])
  return lines.join('\n')
}

test('an edited change holds: both revisions, and the vote that was carried over', async () => {
  const first = await asked(aRequest('edited-life', { dataClass: 2 }))
  const hugo = await changes.organisation.viewer('hugo.meyer')
  const { changeId, planHash } = first
  await decideChange(changes.organisation.platform, hugo, {
    ...{ changeId, planHash },
    verdict: 'approve',
    comment: '',
  })
  await asked(aRequest('edited-life', { dataClass: 2, reason: 'another reason' }), first)
  const said = await proved(first)
  expect(said).toContain('Revision 2:')
  expect(said).toContain('carried from an earlier revision, whose sections did not move')
  expect(said).toContain('Security review: satisfied')
})

test('a change that another person edited and its requester withdrew holds', async () => {
  const first = await asked(aRequest('withdrawn-life'))
  await asked(aRequest('withdrawn-life', { size: 'medium' }), first, changes.viewers.ben)
  const { changeId } = first
  await withdrawChange(changes.organisation.platform, changes.viewers.ada, {
    changeId,
    reason: 'not needed',
  })
  expect(await proved(first)).toContain('to "cancelled"')
})

test('a change that another person edited starts once it is approved, and holds', async () => {
  const { platform } = changes.organisation
  const first = await asked(aRequest('other-hands', TEST_ONLY))
  const second = await asked(
    aRequest('other-hands', { ...TEST_ONLY, size: 'medium' }),
    first,
    changes.viewers.ben,
  )
  const { changeId, planHash } = second
  const approval = { changeId, planHash, verdict: 'approve', comment: '' } as const
  await decideChange(platform, changes.viewers.farah, approval)
  await startChange(changes.worker, changeId)
  expect(await proved(first)).toContain('to "executing"')
})

test('a change that was sent back and submitted again holds', async () => {
  const first = await asked(aRequest('returned-life', TEST_ONLY))
  const { changeId, planHash } = first
  await decideChange(changes.organisation.platform, changes.viewers.farah, {
    ...{ changeId, planHash },
    verdict: 'request_changes',
    comment: 'smaller, „bitte“ \u2028 please',
  })
  await asked(aRequest('returned-life', { ...TEST_ONLY, size: 'medium' }), first)
  expect(await proved(first)).toContain('request_changes in')
})

test('a pre-authorised change holds without a vote', async () => {
  const dev = { targets: [{ environment: 'dev', cluster: 'dev-eu-1' }] }
  const first = await asked(aRequest('standard-life', dev))
  await startChange(changes.worker, first.changeId)
  const said = await proved(first)
  expect(said).toContain('Pre-authorised by the standard change')
  expect(said).toContain('Nobody decided on it')
})

test('a change that failed and is tried again holds', async () => {
  const failed = await changes.failed('given-up-life')
  const { platform } = changes.organisation
  const retried = await retryRun(platform, changes.viewers.ben, { runId: failed.runId })
  expect(retried).toMatchObject({ ok: true })
  expect(await proved(failed)).toContain('to "executing"')
})

test('a change that had a window, was held by a freeze and let go holds', async () => {
  const { saved, approved, thaw } = testFreezes(() => changes)
  await saved()
  const held = await approved('held-life')
  const { changeId } = held
  const window = { changeId, zone: 'UTC', notBefore: '', notAfter: face(600) }
  const { platform } = changes.organisation
  expect(await setWindow(platform, changes.viewers.ada, window)).toMatchObject({ ok: true })
  await startChange(changes.worker, changeId)
  expect(await proved(held)).toContain('to "blocked"')
  await thaw()
  await startChange(changes.worker, changeId)
  expect(await proved(held)).toContain('to "executing"')
})

test('a change that people let through a freeze holds: the freeze, who did so; one that is named otherwise is found', async () => {
  const { saved, approved, thaw } = testFreezes(() => changes)
  await saved({ name: 'Quarter close', kind: 'restricted', approvers: 'platform-admins' })
  const held = await approved('passage-life')
  const standard = await asked(
    aRequest('passage-standard', { targets: [{ environment: 'dev', cluster: 'dev-eu-1' }] }),
  )
  for (const { changeId } of [held, standard]) {
    await startChange(changes.worker, changeId)
    const [row] = await changes.rows<{ hash: string }>(
      `select encode(plan_hash, 'hex') as hash from change where id = $1`,
      changeId,
    )
    const vote = { changeId, planHash: row?.hash ?? '', verdict: 'approve' } as const
    const comment = 'the close itself waits for it'
    const { platform } = changes.organisation
    expect(await decideChange(platform, changes.viewers.grace, { ...vote, comment })).toMatchObject(
      { ok: true },
    )
    await startChange(changes.worker, changeId)
  }
  await thaw()
  const said = await proved(held)
  expect(said).toMatch(/It was held by the freeze "Quarter close" \(frz_\w+, restricted\), until /)
  expect(said).toMatch(/Grace Kim \(usr_\w+\) let it through the freeze "Quarter close"/)
  expect(said).toContain('It lets the change through a freeze and is no approval of the plan.')
  const [moved] = await changes.rows<{ reason: string }>(
    `select reason from change_transition where change_id = $1 and to_state = 'scheduled' order by seq desc limit 1`,
    held.changeId,
  )
  expect(moved?.reason).toBe('let through the freeze Quarter close')
  expect(await proved(standard)).toContain('Pre-authorised by the standard change')
  const body = Buffer.from((await readPack(changes.organisation.platform, iris, held.number)) ?? [])
  const forged = body
    .toString('latin1')
    .replace(/"freeze": "frz_\w+"/, `"freeze": "frz_${'0'.repeat(26)}"`)
  expect(verifyPack(Buffer.from(forged, 'latin1')).broken.join()).toContain(
    'Let through: Quarter close is of a freeze that is not in it',
  )
})

test('an edit of a policy holds: its text, and the second administrator', async () => {
  const { platform } = changes.organisation
  const { grace } = changes.viewers
  const text = `${BUILTIN_POLICIES}\n@id("extra")\nforbid (principal, action == Action::"place", resource) when { context.environment == "nowhere" };`
  const seen = await previewEntitlements(platform, grace, { text })
  const planHash = seen.ok ? seen.value.planHash : ''
  const edit = await proposeEntitlements(platform, grace, { text, planHash, reason: 'because' })
  if (!edit.ok) throw new Error(JSON.stringify(edit.error))
  const hugo = await changes.organisation.viewer('hugo.meyer')
  const { changeId } = edit.value
  await decideChange(platform, hugo, { changeId, planHash, verdict: 'approve', comment: '' })
  await startChange(changes.worker, changeId)
  const [run] = await changes.rows<{ id: string }>(
    'select id from run where change_id = $1',
    changeId,
  )
  await advanceRun(changes.worker, run?.id ?? '')
  const said = await proved(edit.value)
  expect(said).toContain('to "closed"')
  expect(said).toContain('Second administrator: satisfied')
})

test('a change that was given up holds', async () => {
  const failed = await changes.failed('closed-life')
  const { changeId } = failed
  const reason = 'given up'
  await closeFailedChange(changes.organisation.platform, changes.viewers.ben, { changeId, reason })
  expect(await proved(failed)).toContain('to "closed"')
})
