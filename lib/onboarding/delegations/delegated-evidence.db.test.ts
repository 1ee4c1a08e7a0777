import { afterAll, beforeAll, expect, test } from 'vitest'
import { readPack } from '#lib/evidence/queries.ts'
import { type Delegations, testDelegations } from '#lib/testing/delegations.ts'
import { forgedPack } from '#lib/testing/forged-pack.ts'
import { verifyPack } from '../../../scripts/verify-evidence.mjs'
import { askEvidence } from '../evidence/ask-evidence.ts'
import { packEvidence } from '../evidence/pack-evidence.ts'
import { endDelegation } from './end-delegation.ts'

let at: Delegations
let change: { changeId: string; number: number; planHash: string }
let archive: Buffer

beforeAll(async () => {
  at = await testDelegations()
  change = await at.submitted('packed-for-another')
  const id = await at.delegated(at.ben, at.erik, { reason: 'on holiday' })
  await at.vote(at.erik, change, at.ben)
  await endDelegation(at.platform, at.ben, { delegationId: id, reason: 'back' })
  await askEvidence(at.platform, at.iris, { changeId: change.changeId })
  await packEvidence(at.changes.worker, change.changeId)
  archive = Buffer.from((await readPack(at.platform, at.iris, change.number)) ?? [])
})
afterAll(() => at?.changes.close())

test('a pack says who signed for whom, by which delegation, and holds', () => {
  const { proved, broken } = verifyPack(archive, [at.changes.worker.signer.publicKey])
  expect(broken).toEqual([])
  const said = proved.join('\n')
  expect(said).toMatch(
    /Erik Lund \(usr_\w+\) for Ben Carter \(usr_\w+\), by a delegation of the two from \S+ until \S+, ended at \S+: approve in Tenant owner/,
  )
  expect(said).toContain('1 of them signed for another')
})

const swap = (one: string, other: string) => (text: string) => {
  if (!text.includes(one)) throw new Error(`no ${one}`)
  return text.replaceAll(one, other)
}

test.each<[string, () => (text: string) => string, string]>([
  [
    'signed for somebody else',
    () => swap(`"for": "${at.ben.id}"`, `"for": "${at.farah.id}"`),
    'by a delegation of others',
  ],
  ['signed for nobody', () => swap(`"for": "${at.ben.id}"`, '"for": null'), 'not both'],
  [
    'a delegation of others',
    () => swap(`"delegator": "${at.ben.id}"`, `"delegator": "${at.farah.id}"`),
    'by a delegation of others',
  ],
  [
    'another delegation',
    () => (text) => text.replace(/"id": "dlg_/, '"id": "dlg_x'),
    'is not in the audit',
  ],
  [
    'all of it for another',
    () => (text) =>
      swap(
        `"delegator": "${at.ben.id}"`,
        `"delegator": "${at.farah.id}"`,
      )(swap(`"for": "${at.ben.id}"`, `"for": "${at.farah.id}"`)(text)),
    'is not in the audit',
  ],
  [
    'a period that was over',
    () => (text) => text.replace(/"until": "20\d\d/, '"until": "2001'),
    'outside of its delegation',
  ],
  [
    'an end before the vote',
    () => (text) => text.replace(/"endedAt": "20\d\d/, '"endedAt": "2001'),
    'outside of its delegation',
  ],
])('a forged vote is found: %s', (_, alter, told) => {
  const forgery = forgedPack(archive, {
    ...{ changeId: change.changeId, name: 'decisions.json' },
    alter: alter(),
  })
  expect(verifyPack(forgery).broken.join('\n')).toContain(told)
})

test('a pack in which the person signed for votes as well, or is barred, does not hold', () => {
  const barred = forgedPack(archive, {
    ...{ changeId: change.changeId, name: 'change.json' },
    alter: (text) => text.replace(/"person": "usr_\w+"/, `"person": "${at.ben.id}"`),
  })
  expect(verifyPack(barred).broken.join('\n')).toContain(
    'approved by, or for, somebody who may not',
  )
})
