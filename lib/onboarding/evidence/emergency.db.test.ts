import { afterAll, beforeAll, expect, test } from 'vitest'
import { readReport } from '#lib/audit/report-queries.ts'
import { readPack } from '#lib/evidence/queries.ts'
import { type TestChanges, testChanges } from '#lib/testing/changes.ts'
import { emergencies } from '#lib/testing/emergencies.ts'
import type { Viewer } from '#lib/viewer.ts'
import { verifyPack } from '../../../scripts/verify-evidence.mjs'
import { askEvidence } from './ask-evidence.ts'
import { packEvidence } from './pack-evidence.ts'

let at: TestChanges
let e: ReturnType<typeof emergencies>
let iris: Viewer
let hugo: Viewer

beforeAll(async () => {
  at = await testChanges()
  e = emergencies(at)
  iris = await at.organisation.viewer('iris.novak')
  hugo = await at.organisation.viewer('hugo.meyer')
})
afterAll(() => at?.close())

async function verified({ changeId, number }: { changeId: string; number: number }) {
  await askEvidence(at.organisation.platform, iris, { changeId })
  await packEvidence(at.worker, changeId)
  const body = await readPack(at.organisation.platform, iris, number)
  return verifyPack(Buffer.from(body ?? []), [at.worker.signer.publicKey])
}

test('a pack proves who reviewed an emergency, on which plan, and that it was late', async () => {
  const begun = await e.overdue('em-pack')
  const before = await verified(begun)
  expect(before.broken).toEqual([])
  expect(before.proved.join('\n')).toContain('it is "overdue" and was not reviewed')
  await e.review(begun, hugo, 'with_issues')
  const { proved, broken } = await verified(begun)
  expect(broken).toEqual([])
  expect(proved.join('\n')).toContain(
    'is an emergency change for INC0012345; Hugo Meyer, who neither asked for it nor voted, reviewed this very plan after its deadline: justified, with_issues.',
  )
})

test('the report shows overdue reviews first, and who reviewed the others', async () => {
  const overdue = await e.overdue('em-report-late')
  const reviewed = await e.due('em-report-done')
  await e.review(reviewed, hugo)
  const answer = await readReport(at.organisation.platform, iris, {
    name: 'emergency-changes',
    most: 100,
  })
  const [first] = answer?.rows ?? []
  expect(first).toMatchObject({ change: overdue.number })
  expect(first?.cells.slice(6)).toEqual(['overdue', expect.any(String), null, null, null, null])
  const done = answer?.rows.find(({ change }) => change === reviewed.number)
  expect(done?.cells.slice(3, 7)).toEqual(['INC0012345', 'Ada Okafor', 'Farah Haddad', 'closed'])
  expect(done?.cells.slice(8)).toEqual([
    'Hugo Meyer',
    expect.not.stringContaining('late'),
    'yes',
    'successful',
  ])
})
