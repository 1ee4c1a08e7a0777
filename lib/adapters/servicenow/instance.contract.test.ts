import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { AdapterError } from '#lib/adapter-error.ts'
import type { NewSnowChange } from '#lib/ports/servicenow.ts'
import { SNOW_SECRET, type StandInServiceNow, startServiceNow } from '#lib/testing/servicenow.ts'
import { createServiceNowDialer } from './instance.ts'

let snow: StandInServiceNow
const dialer = createServiceNowDialer({ allows: () => true, timeoutMs: 5000 })

beforeAll(async () => {
  snow = await startServiceNow()
})
beforeEach(() => snow.faults([]))
afterAll(() => snow?.stop())

let made = 0
function aChange(type: 'standard' | 'normal' | 'emergency' = 'standard'): NewSnowChange {
  made += 1
  const facts = {
    correlationId: `chg_${made}:1`,
    fields: { short_description: 'Onboard “ledger”', assignment_group: 'Platform' },
  }
  return type === 'standard' ? { ...facts, type, template: snow.template } : { ...facts, type }
}

const instance = () => dialer.dial(snow.access())
const failure = async (asked: Promise<unknown>): Promise<AdapterError> => {
  const error = await asked.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof AdapterError)) throw new Error(`no AdapterError: ${String(error)}`)
  return error
}

test.each(['basic', 'oauth'] as const)('%s: a change is made, found and read', async (auth) => {
  const there = dialer.dial(snow.access(auth))
  const wanted = aChange()
  const change = await there.create(wanted)
  expect(change).toMatchObject({
    number: expect.stringMatching(/^CHG\d{7}$/),
    type: 'standard',
    state: -5,
    stateLabel: 'New',
    correlationId: wanted.correlationId,
    onHold: false,
    modCount: 0,
  })
  expect(await there.find(wanted.correlationId)).toEqual([change])
  expect(await there.find('chg_nobody:1')).toEqual([])
  expect(await there.read([change.sysId, 'f'.repeat(32)])).toEqual([change])
})

test('a standard change walks to its end, each move with its note', async () => {
  const { sysId } = await instance().create(aChange())
  const walk: [number, Record<string, string>][] = [
    [-2, {}],
    [-1, {}],
    [0, {}],
    [3, { close_code: 'successful', close_notes: 'Ready on 9 clusters' }],
  ]
  for (const [state, fields] of walk) {
    expect(await instance().nextStates(sysId)).toContain(state)
    const moved = await instance().update(sysId, {
      state: String(state),
      work_notes: `now ${state}`,
      ...fields,
    })
    expect(moved.state).toBe(state)
  }
  expect((await instance().read([sysId]))[0]).toMatchObject({
    closeCode: 'successful',
    modCount: 4,
  })
  const notes = await instance().notes([sysId], new Date(Date.now() - 60_000))
  expect(notes.map(({ text, kind }) => [kind, text])).toEqual(
    [-2, -1, 0, 3].map((state) => ['work_notes', `now ${state}`]),
  )
})

test('a move that the model does not have is a conflict, not a missing right', async () => {
  const { sysId } = await instance().create(aChange('normal'))
  expect(await failure(instance().update(sysId, { state: '-1' }))).toMatchObject({
    reason: 'conflict',
    retryable: false,
    detail: expect.stringContaining('Check State Transition'),
  })
  expect((await instance().read([sysId]))[0]?.state).toBe(-5)
})

test('closing asks for a code and notes', async () => {
  const { sysId } = await instance().create(aChange())
  for (const state of ['-2', '-1', '0']) await instance().update(sysId, { state })
  expect((await failure(instance().update(sysId, { state: '3' }))).reason).toBe('conflict')
})

test('a normal change is approved twice, and read so', async () => {
  const { sysId, number } = await instance().create(aChange('normal'))
  expect(await instance().update(sysId, { state: '-4' })).toMatchObject({ approval: 'requested' })
  await snow.approve(number)
  expect((await instance().read([sysId]))[0]).toMatchObject({ state: -3, approval: 'requested' })
  await snow.approve(number)
  expect((await instance().read([sysId]))[0]).toMatchObject({
    state: -2,
    approval: 'approved',
    stateLabel: 'Scheduled',
  })
  const [cab] = await instance().approvals([sysId])
  expect(cab).toMatchObject({ of: sysId, state: 'approved' })
})

test('a rejection goes back to New, with who and why', async () => {
  const { sysId, number } = await instance().create(aChange('emergency'))
  await instance().update(sysId, { state: '-3' })
  await snow.reject(number, 'Not in this quarter.')
  expect((await instance().read([sysId]))[0]).toMatchObject({ state: -5, approval: 'rejected' })
  expect(await instance().approvals([sysId])).toMatchObject([
    { by: 'CAB approval', state: 'rejected', comments: 'Not in this quarter.' },
  ])
})

test.each([
  [{ kind: 'unauthorised' }, { reason: 'unauthorised', retryable: false, status: 401 }],
  [{ kind: 'forbidden' }, { reason: 'forbidden', retryable: false, status: 403 }],
  [{ kind: 'missing' }, { reason: 'not_found', retryable: false, status: 404 }],
  [
    { kind: 'busy', afterSeconds: 7 },
    { reason: 'rate_limited', retryable: true, retryAfterMs: 7000 },
  ],
  [{ kind: 'error' }, { reason: 'server_error', retryable: true, status: 500 }],
  [{ kind: 'asleep' }, { reason: 'untrusted_answer', retryable: true }],
  [{ kind: 'down' }, { reason: 'unreachable', retryable: true }],
  [{ kind: 'silent' }, { reason: 'unreachable', retryable: true }],
] as const)('what %o is to us', async (fault, wanted) => {
  await snow.faults([{ ...fault, times: 1 }])
  expect(await failure(instance().find('chg_1:1'))).toMatchObject(wanted)
})

test('slower than allowed: it may have been done all the same', async () => {
  await snow.faults([{ kind: 'slow', ms: 900, on: 'POST', times: 1 }])
  const hasty = createServiceNowDialer({ allows: () => true, timeoutMs: 300 })
  const wanted = aChange()
  const late = await failure(hasty.dial(snow.access()).create(wanted))
  expect(late).toMatchObject({ reason: 'timeout', retryable: true })
  expect(await instance().find(wanted.correlationId)).toEqual([])
  await expect.poll(() => instance().find(wanted.correlationId)).toHaveLength(1)
})

test('cut after it was made: it is there', async () => {
  await snow.faults([{ kind: 'silent', on: 'POST', times: 1 }])
  const wanted = aChange()
  expect((await failure(instance().create(wanted))).reason).toBe('unreachable')
  expect(await instance().find(wanted.correlationId)).toHaveLength(1)
})

test('a wrong secret is told without it', async () => {
  for (const auth of ['basic', 'oauth'] as const) {
    const error = await failure(
      dialer.dial({ ...snow.access(auth), secret: 'another-secret' }).find('chg_1:1'),
    )
    expect(error.reason).toBe('unauthorised')
    expect(error.message).not.toMatch(/another-secret/)
  }
})

test('nobody listens, and what OUTBOUND_ALLOW does not name is not called', async () => {
  const gone = dialer.dial({ ...snow.access(), instance: 'http://127.0.0.1:1' })
  expect((await failure(gone.find('chg_1:1'))).reason).toBe('unreachable')
  const closed = createServiceNowDialer({ allows: () => false })
  expect(() => closed.dial(snow.access())).toThrow(/not in OUTBOUND_ALLOW/)
})

test('a redirect is not followed, as the secret would go with it', async () => {
  const { createServer } = await import('node:http')
  const seen: string[] = []
  const server = createServer((request, response) => {
    seen.push(request.headers.authorization ?? '')
    response.writeHead(302, { location: `${snow.url}/api/now/table/change_request` }).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  const there = dialer.dial({ ...snow.access(), instance: `http://127.0.0.1:${port}` })
  expect((await failure(there.find('chg_1:1'))).reason).toBe('untrusted_answer')
  expect(seen).toHaveLength(1)
  server.close()
})

test('a restart loses nothing that was answered', async () => {
  const wanted = aChange()
  await instance().create(wanted)
  await snow.kill()
  expect((await failure(instance().find(wanted.correlationId))).reason).toBe('unreachable')
  await snow.start()
  expect(await instance().find(wanted.correlationId)).toHaveLength(1)
  expect(SNOW_SECRET).not.toBe('')
})
