import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createSigner, newSigningKey } from '#lib/adapters/vault/signing.ts'
import { listSigningKeys, readPack, readPackState } from '#lib/evidence/queries.ts'
import { tar } from '#lib/evidence/tar.ts'
import { sha256Hex } from '#lib/hash.ts'
import { decideChange } from '#lib/onboarding/decide-change.ts'
import { type TestChanges, testChanges } from '#lib/testing/changes.ts'
import { filesOf, forgedPack } from '#lib/testing/forged-pack.ts'
import type { Viewer } from '#lib/viewer.ts'
import { verifyPack } from '../../../scripts/verify-evidence.mjs'
import { askEvidence } from './ask-evidence.ts'
import { packEvidence } from './pack-evidence.ts'
import { signHeads } from './sign-heads.ts'

let changes: TestChanges
let iris: Viewer
let change: { changeId: string; number: number; runId: string }
let archive: Buffer

beforeAll(async () => {
  changes = await testChanges()
  iris = await changes.organisation.viewer('iris.novak')
  change = await changes.failed('packed')
  await changes.submitted('in-between')
  archive = await packed(change)
})
afterAll(() => changes?.close())

async function packed({ changeId, number }: { changeId: string; number: number }) {
  const asked = await askEvidence(changes.organisation.platform, iris, { changeId })
  expect(asked).toEqual({ ok: true, value: undefined })
  await packEvidence(changes.worker, changeId)
  const body = await readPack(changes.organisation.platform, iris, number)
  return Buffer.from(body ?? [])
}

/** As somebody without the key would forge it. */
function forged(name: string, alter: (text: string) => string): Buffer {
  return forgedPack(archive, { changeId: change.changeId, name, alter })
}

const trusted = () => [changes.worker.signer.publicKey]

test('a pack verifies offline, and says in words what it proved', () => {
  const { proved, broken } = verifyPack(archive, trusted())
  expect(broken).toEqual([])
  const said = proved.join('\n')
  expect(said).toContain('Farah Haddad')
  expect(said).toMatch(
    /approve in .*, having seen plan [0-9a-f]{64}; signed in at 20\S+ by pwd, otp/,
  )
  expect(said).toMatch(/Revision 1: \d+ items hash, by section, to plan/)
  expect(said).toMatch(/Events \d+ to \d+ of the audit chain follow each other without a gap/)
  expect(said).toContain('is one that you trust')
})

test('without a key it says that the key itself was not verified; with another it fails', () => {
  const alone = verifyPack(archive)
  expect(alone.broken).toEqual([])
  expect(alone.proved.join('\n')).toContain('NOT verified')
  const other = createSigner(newSigningKey()).publicKey
  expect(verifyPack(archive, [other]).broken.join('\n')).toContain('none of those given by --key')
})

test('a key on the command line may begin with a hyphen', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'stairway-pack-'))
  const pack = path.join(folder, 'pack.tar')
  writeFileSync(pack, archive)
  const run = (...keys: string[]) =>
    spawnSync(process.execPath, ['scripts/verify-evidence.mjs', pack, ...keys], {
      encoding: 'utf8',
    })
  const [whole, other] = [run('--key', trusted()[0] ?? ''), run('--key', `-${'k'.repeat(42)}`)]
  const none = spawnSync(process.execPath, ['scripts/verify-evidence.mjs'], { encoding: 'utf8' })
  rmSync(folder, { recursive: true })
  expect([whole.status, other.status, none.status]).toEqual([0, 1, 1])
  expect(other.stdout).toContain('none of those given by --key')
})

test('one byte altered in any file is found, and the file is named', () => {
  const files = filesOf(archive)
  fc.assert(
    fc.property(
      fc.nat(files.length - 1),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      (which, at, bits) => {
        const altered = files.map((file, place) =>
          place === which ? { ...file, bytes: flipped(file.bytes, at, bits) } : file,
        )
        const { broken } = verifyPack(Buffer.from(tar(altered)), trusted())
        expect(broken.join('\n')).toContain(files[which]?.name)
      },
    ),
    { numRuns: 150 },
  )
})

test('one byte altered anywhere in the archive is found', () => {
  fc.assert(
    fc.property(fc.nat(archive.length - 1), fc.integer({ min: 1, max: 255 }), (at, bits) => {
      expect(verifyPack(Buffer.from(flipped(archive, at, bits)), trusted()).broken).not.toEqual([])
    }),
    { numRuns: 150 },
  )
})

function flipped(bytes: Uint8Array, at: number, bits: number): Uint8Array {
  const copy = Uint8Array.from(bytes)
  const place = at % copy.length
  copy[place] = (copy[place] ?? 0) ^ bits
  return copy
}

test.each([
  [
    'plan.json',
    (text: string) => text.replace(/"hash": "[0-9a-f]{64}"/, `"hash": "${'0'.repeat(64)}"`),
    'plan.json',
  ],
  [
    'plan.json',
    (text: string) => text.replace('"action": "create"', '"action": "remove"'),
    'plan.json',
  ],
  ['decisions.json', (text: string) => text.replace('"approve"', '"reject"'), 'decisions.json'],
  [
    'decisions.json',
    (text: string) => text.replace(/"decider": "usr_/, '"decider": "usr_0'),
    'decisions.json',
  ],
  [
    'decisions.json',
    (text: string) => text.replace('"authTime": "20', '"authTime": "19'),
    'decisions.json',
  ],
  ['decisions.json', (text: string) => text.replace('"otp"', '"hwk"'), 'decisions.json'],
  ['decisions.json', () => '[]', 'decisions.json'],
  [
    'change.json',
    (text: string) => text.replace('"state": "failed"', '"state": "closed"'),
    'change.json',
  ],
  [
    'change.json',
    (text: string) => text.replaceAll('"state": "satisfied"', '"state": "open"'),
    'it ran without every approval',
  ],
  [
    'change.json',
    (text: string) =>
      text
        .replaceAll('"state": "satisfied"', '"state": "open"')
        .replace('"standard": null', '"standard": "Small services"'),
    'it ran without every approval',
  ],
  ['audit.json', (text: string) => text.replace('change.decided', 'change.edited'), 'audit.json'],
  [
    'audit.json',
    (text: string) => text.replace(/\\"verdict\\":\\"approve/, '\\"verdict\\":\\"reject'),
    'audit.json',
  ],
  ['head.json', (text: string) => text.replace(/"at": "20/, '"at": "19'), 'head.json'],
  ['run.json', (text: string) => text.replace(/"plan": "[0-9a-f]/, '"plan": "x'), 'run.json'],
])(
  '%s forged with manifest and seal made anew is found without trusting a key',
  (name, alter, named) => {
    const forgery = forged(name, alter)
    const { broken } = verifyPack(forgery)
    expect(broken.join('\n')).toContain(named)
    expect(verifyPack(forgery, trusted()).broken.join('\n')).toContain('manifest.sig.json')
  },
)

test('nothing of other changes is in it but hashes, and no address of anybody', () => {
  const text = archive.toString()
  expect(text).not.toContain('in-between')
  expect(text).not.toContain('@bank.example')
})

test('the pack is recorded, and is behind once something happens to the change', async () => {
  const { platform } = changes.organisation
  const [event] = await changes.rows<{ payload: string }>(
    `select b.body as payload from audit_event e join audit_payload b using (tenant_id, seq) where e.action = 'evidence.packed' and e.subject = $1`,
    change.changeId,
  )
  expect(JSON.parse(event?.payload ?? '')).toMatchObject({
    sha256: sha256Hex(archive),
    size: archive.length,
    askedBy: iris.id,
  })
  expect(await readPackState(platform, iris, change.changeId)).toMatchObject({
    open: false,
    behind: false,
    ready: { size: archive.length },
  })
})

test('a vote after the pack makes it behind, and the next one holds it', async () => {
  const { platform } = changes.organisation
  const waiting = await changes.submitted('voted-late')
  await packed(waiting)
  const { changeId, planHash } = waiting
  await decideChange(platform, changes.viewers.farah, {
    changeId,
    planHash,
    verdict: 'reject',
    comment: 'no',
  })
  expect(await readPackState(platform, iris, changeId)).toMatchObject({ behind: true })
  const { proved, broken } = verifyPack(await packed(waiting), trusted())
  expect(broken).toEqual([])
  expect(proved.join('\n')).toContain('reject in')
})

test('a later key signs what comes; an earlier pack still verifies with the earlier one', async () => {
  const before = trusted()
  const worker = { ...changes.worker, signer: createSigner(newSigningKey()) }
  await changes.submitted('after-rotation')
  await signHeads(worker)
  const keys = await listSigningKeys(changes.organisation.platform, iris)
  expect(keys.map(({ publicKey }) => publicKey)).toEqual([worker.signer.publicKey, ...before])
  expect(verifyPack(archive, before).broken).toEqual([])
})

test('a chain that was altered is not signed', async () => {
  await changes.submitted('before-alteration')
  await changes.rows(`alter table audit_event disable trigger append_only`)
  const [{ id } = { id: '' }] = await changes.rows<{ id: string }>(
    `update audit_event e set actor = 'sys:nobody' from audit_head h where h.tenant_id = e.tenant_id and h.seq = e.seq and e.tenant_id = (select tenant_id from change where id = '${change.changeId}') returning e.tenant_id as id`,
  )
  await expect(signHeads(changes.worker, id)).rejects.toThrow('is broken at event')
})

test('who may not read the chain is told of no such change', async () => {
  const { platform } = changes.organisation
  const ada = changes.viewers.ada
  const refused = { ok: false, error: { code: 'change_not_found' } }
  expect(await askEvidence(platform, ada, { changeId: change.changeId })).toEqual(refused)
  expect(await readPack(platform, ada, change.number)).toBeNull()
  expect(await readPackState(platform, ada, change.changeId)).toBeNull()
})

test('a pack that is made cannot be altered or taken away, by whomever', async () => {
  for (const sql of [
    `update evidence_pack set size = 1`,
    `delete from evidence_pack`,
    `delete from audit_signature`,
    `update audit_key set public_key = key_id`,
  ])
    await expect(changes.rows(sql)).rejects.toThrow('append-only')
})

test('web can write neither a pack nor a signature nor a key', async () => {
  for (const sql of [
    `update evidence_pack set body = '', size = 0`,
    `insert into evidence_pack (id, tenant_id, change_id, asked_by, body) values ('evp_x', 'ten_x', 'chg_x', 'usr_x', '')`,
    `insert into audit_signature values ('ten_x', 1, '', 'k', '', '')`,
    `insert into audit_key values ('k', 'k')`,
  ])
    await expect(
      changes.organisation.platform.db.inContext({ actor: 'sys:test', tenants: [] }, (tx) =>
        tx.$executeRawUnsafe(sql),
      ),
    ).rejects.toThrow('permission denied')
})
