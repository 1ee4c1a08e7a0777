import { afterAll, beforeAll, expect, test } from 'vitest'
import { readPack } from '#lib/evidence/queries.ts'
import { type RealParts, realParts, until, type WorkerProcess } from '#lib/testing/real-parts.ts'
import type { Running } from '#lib/testing/retirements.ts'
import { rollbacks } from '#lib/testing/rollbacks.ts'
import type { Viewer } from '#lib/viewer.ts'
import { verifyPack } from '../../../scripts/verify-evidence.mjs'
import { decideChange } from '../decide-change.ts'
import { fillReview } from '../emergency/fill-review.ts'
import { askEvidence } from '../evidence/ask-evidence.ts'

const EMERGENCY = { incident: 'INC0012345', why: 'payments stand still since 9:40' }

let parts: RealParts
let worker: WorkerProcess
let at: Awaited<ReturnType<typeof rollbacks>>
let service: Running
let first: string

beforeAll(async () => {
  parts = await realParts()
  worker = await parts.startWorker()
  at = await rollbacks(parts)
  service = await at.running('incident', 1)
  first = await at.headOf(service)
  await at.seen()
  await at.delivered(service, await at.pushed(service, 4))
}, 180_000)
afterAll(async () => {
  await worker?.kill()
  await at?.close()
  await parts?.close()
})

const who = (user: string): Promise<Viewer> => parts.organisation.viewer(user)
const stateOf = async (changeId: string) =>
  (await parts.rows<{ state: string }>(`select state from change where id = $1`, changeId))[0]
    ?.state

test('where no policy names emergencies, nobody rolls back as one; the plan shown says so before', async () => {
  await parts.rows(
    `insert into approval_policy_version (policy_id, version, tenant_id, scope, body, hash, effective_from, proposed_by, approved_by)
     select v.policy_id, 2, v.tenant_id, '{"types":["normal"]}'::jsonb, v.body, sha256('2'::bytea), clock_timestamp(), 'sys:one', 'sys:other'
     from approval_policy_version v join approval_policy p on p.id = v.policy_id and p.name = 'Emergency change' returning 1`,
  )
  const inForce = (version: number) =>
    parts.rows(
      `update approval_policy set active_version = $1::int where name = 'Emergency change' returning 1`,
      version,
    )
  await inForce(2)
  const wish = { commit: first, emergency: EMERGENCY }
  const why = expect.stringContaining('no approval policy speaks of emergency changes here')
  expect((await at.previewed(service, wish))?.choice?.unfillable).toEqual([why])
  expect(await at.ask(service, wish)).toMatchObject({
    error: { code: 'nobody_to_approve', stages: [why] },
  })
  await inForce(1)
  const shown = await at.previewed(service, wish)
  expect(shown?.choice).toMatchObject({ stages: ['On call'], unfillable: [], reviewHours: 72 })
  const usual = await at.previewed(service, { commit: first })
  expect(usual?.choice?.reviewHours).toBeNull()
  expect(usual?.choice?.stages).not.toContain('On call')
  expect(usual?.choice?.planHash).toBe(shown?.choice?.planHash)
})

test('an incident is mended by a rollback that one on call lets through; it is reviewed after, and the pack says by whom', async () => {
  const asked = await at.asked(service, { commit: first, emergency: EMERGENCY })
  const { changeId, planHash, number } = asked
  const [row] = await parts.rows<object>(
    `select c.type, c.kind, r.incident, r.team, r.hours, (select array_agg(name) from approval_stage s where s.change_id = c.id) as stages from change c join emergency_review r on r.change_id = c.id where c.id = $1`,
    changeId,
  )
  expect(row).toEqual({
    ...{ type: 'emergency', kind: 'roll_back', incident: 'INC0012345', team: 'payments-core' },
    ...{ hours: 72, stages: ['On call'] },
  })
  const vote = { changeId, planHash, verdict: 'approve', comment: 'the pager says so' } as const
  const { platform } = parts.organisation
  expect(await decideChange(platform, await who('erik.lund'), vote)).toMatchObject({ ok: false })
  expect(await decideChange(platform, await who('ada.okafor'), vote)).toMatchObject({
    error: { code: 'barred_from_approving' },
  })
  const farah = await who('farah.haddad')
  expect(
    await decideChange(platform, { ...farah, authTime: Date.now() - 16 * 60_000 }, vote),
  ).toMatchObject({ error: { code: 'step_up_needed' } })
  expect(await decideChange(platform, farah, vote)).toMatchObject({ ok: true })

  await until('the rollback ran and waits for its review', 120, async () => {
    await at.seen()
    return (await stateOf(changeId)) === 'review_due'
  })
  expect(await at.runs(service)).toBe(`main@sha1:${first}`)
  const hugo = await who('hugo.meyer')
  const said = { happened: 'a bad release', followUps: 'a test for it', justified: true } as const
  expect(
    await fillReview(platform, farah, { changeId, planHash, outcome: 'successful', ...said }),
  ).toMatchObject({ ok: false })
  expect(
    await fillReview(platform, hugo, { changeId, planHash, outcome: 'successful', ...said }),
  ).toMatchObject({ ok: true })
  expect(await stateOf(changeId)).toBe('closed')

  const iris = await who('iris.novak')
  await askEvidence(platform, iris, { changeId })
  let pack: Buffer | undefined
  await until('the worker packed the evidence', 60, async () => {
    const body = await readPack(platform, iris, number)
    pack = body ? Buffer.from(body) : undefined
    return pack !== undefined
  })
  const { proved, broken } = verifyPack(pack ?? Buffer.alloc(0))
  expect(broken).toEqual([])
  expect(proved.join('\n')).toContain('is an emergency change for INC0012345; Hugo Meyer')
}, 240_000)

test('a rollback that is no emergency carries nothing of the emergency that the service was made by', async () => {
  await parts.rows(`alter table change_revision disable trigger user`)
  await parts.rows(
    `update change_revision set parameters = jsonb_set(parameters, '{request,emergency}', $2::jsonb) where change_id = (select id from change where service_id = $1 and kind = 'onboard') returning 1`,
    service.id,
    JSON.stringify(EMERGENCY),
  )
  await parts.rows(`alter table change_revision enable trigger user`)
  const { changeId } = await at.asked(service, { commit: null })
  const rows = await parts.rows<{ emergency: unknown; type: string }>(
    `select v.parameters->'request'->'emergency' as emergency, c.type from change c join change_revision v on v.change_id = c.id where c.id = $1`,
    changeId,
  )
  expect(rows).toEqual([{ emergency: null, type: 'normal' }])
})
