import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeCertificates } from '#sandbox/fleet/certificates.ts'
import { freePort } from '../real-parts.ts'
import { type Between, standBetween } from './between.ts'
import { dialed, FLUX_KINDS, type Home, homeOn, type OnGround, refusalOf, until } from './ground.ts'

const SYSTEM = { apiVersion: 'v1', kind: 'Namespace', name: 'kube-system' }
/** As an API server that is too busy says it: text, no Status. */
const BUSY = {
  status: 429,
  headers: { 'retry-after': '1', 'content-type': 'text/plain; charset=utf-8' },
  body: 'Too many requests, please try again later.\n',
}
const ILL = { status: 503, body: 'upstream connect error\n' }

/** Refusals and silence, as every cluster gives them. */
export function refusalCases(on: OnGround): void {
  describe('refusals', () => {
    let home: Home
    beforeAll(async () => {
      home = await homeOn(on(), 'refused')
    })
    rights(on, () => home)
    admission(on, () => home)
  })
  describe('trouble on the way', () => trouble(on))
}

function rights(on: OnGround, home: () => Home): void {
  test('a missing right names verb and resource, and the rule to add', async () => {
    const { reader } = on()
    expect(await refusalOf(reader.apply(home().map('x', {}), {}))).toMatchObject({
      reason: 'forbidden',
      retryable: false,
      status: 403,
      detail: expect.stringMatching(
        /cannot patch resource "configmaps" in API group "" in the namespace "pay-/,
      ),
      remedy: {
        whose: 'ours',
        nextStep: expect.stringContaining(
          '{apiGroups: [""], resources: ["configmaps"], verbs: ["patch"]}',
        ),
      },
    })
    const removed = reader.remove({ apiVersion: 'v1', kind: 'Namespace', name: home().namespace })
    expect(await refusalOf(removed)).toMatchObject({
      reason: 'forbidden',
      detail: expect.stringContaining('cannot delete resource "namespaces" in API group ""'),
    })
  })

  test('a wrong token is refused as unauthorised, whatever is asked', async () => {
    const stranger = dialed(on().access, { token: 'not-a-token' })
    for (const call of [
      () => stranger.read(SYSTEM),
      () => stranger.observe(),
      () => stranger.serves('v1', 'Secret'),
    ])
      expect(await refusalOf(call())).toMatchObject({
        reason: 'unauthorised',
        retryable: false,
        status: 401,
      })
  })

  test('a version that is not served is named', async () => {
    const { kustomization } = FLUX_KINDS
    const old = home().object('kustomize.toolkit.fluxcd.io/v1beta1', kustomization.kind, 'x', {})
    expect(await refusalOf(on().hub.apply(old, {}))).toMatchObject({
      reason: 'not_served',
      retryable: false,
      detail: expect.stringContaining('Kustomization in kustomize.toolkit.fluxcd.io/v1beta1'),
    })
  })
}

function admission(on: OnGround, home: () => Home): void {
  test('a full quota refuses what is one too many, and takes it when there is room', async () => {
    const { hub } = on()
    const secret = (name: string) =>
      home().object('v1', 'Secret', name, { type: 'Opaque', stringData: { a: '1' } })
    const at = home().at('v1', 'ResourceQuota', 'small')
    const hard = { 'count/secrets': '1' }
    await hub.apply(home().object('v1', 'ResourceQuota', 'small', { spec: { hard } }), {})
    const used = async (count: string) => {
      const { status } = ((await hub.read(at)) ?? {}) as {
        status?: { hard?: object; used?: Record<string, string> }
      }
      return status?.used?.['count/secrets'] === count
    }
    await until('the quota acts', () => used('0'))
    expect((await hub.apply(secret('first'), {})).outcome).toBe('created')
    await until('the first is counted', () => used('1'))
    const refused = await refusalOf(hub.apply(secret('second'), {}))
    expect(refused).toMatchObject({
      reason: 'quota_exceeded',
      status: 403,
      detail:
        'secrets "second" is forbidden: exceeded quota: small, requested: count/secrets=1, used: count/secrets=1, limited: count/secrets=1',
    })
    await hub.remove(home().at('v1', 'Secret', 'first'))
    await until('there is room', () => used('0'))
    expect((await hub.apply(secret('second'), {})).outcome).toBe('created')
  })

  test('an admission policy refuses with its message', async () => {
    const { hub } = on()
    const { apiVersion, kind } = FLUX_KINDS.kustomization
    const sourceRef = { kind: 'GitRepository', name: 'x' }
    const fine = { interval: '10m', prune: true, serviceAccountName: 'flux', sourceRef }
    const refused = async (spec: object) =>
      refusalOf(
        hub.apply(home().object(apiVersion, kind, 'judged', { spec: { ...fine, ...spec } }), {
          dryRun: true,
        }),
      )
    expect(await refused({})).toBeNull()
    for (const [spec, message] of [
      [{ serviceAccountName: 'boss' }, "spec.serviceAccountName must be 'flux'"],
      [{ interval: '5s' }, 'spec.interval must be at least 30s'],
      [{ targetNamespace: 'default' }, "spec.targetNamespace must be the object's own namespace"],
    ] as const)
      expect(await refused(spec)).toMatchObject({
        reason: 'policy_denied',
        retryable: false,
        status: 422,
        detail: `kustomizations.kustomize.toolkit.fluxcd.io "judged" is forbidden: ValidatingAdmissionPolicy 'flux-tenant-appliers' with binding 'flux-tenant-appliers' denied request: ${message}`,
      })
  })
}

function trouble(on: OnGround): void {
  let between: Between
  beforeAll(async () => {
    between = await standBetween(on().access)
  })
  afterAll(() => between?.close())

  /** Refuses so many requests, then lets all pass; counts what it refused. */
  function refuse(times: number, answer: typeof BUSY | typeof ILL): { count: number } {
    const refused = { count: 0 }
    between.meddle(() => {
      if (refused.count >= times) return undefined
      refused.count += 1
      return answer
    })
    return refused
  }

  test('a busy server is asked again when it said, and then answers', async () => {
    const refused = refuse(1, BUSY)
    const started = performance.now()
    const facts = await dialed(between.access).observe()
    expect(facts.uid).toMatch(/^[0-9a-f-]{36}$/)
    expect(refused.count).toBe(1)
    expect(performance.now() - started).toBeGreaterThan(950)
  })

  test('one that stays busy, or ill, is given up after a few tries and said to be so', async () => {
    const busy = refuse(Number.POSITIVE_INFINITY, BUSY)
    expect(await refusalOf(dialed(between.access).observe())).toMatchObject({
      reason: 'rate_limited',
      retryable: true,
      retryAfterMs: 1000,
      status: 429,
    })
    expect(busy.count).toBe(3)
    refuse(Number.POSITIVE_INFINITY, ILL)
    expect(await refusalOf(dialed(between.access).observe())).toMatchObject({
      reason: 'server_error',
      retryable: true,
      status: 503,
    })
  })

  test('one that is ill for a moment is asked again', async () => {
    const refused = refuse(2, ILL)
    const facts = await dialed(between.access).observe()
    expect(facts.uid).toMatch(/^[0-9a-f-]{36}$/)
    expect(refused.count).toBe(2)
  })

  test('silence is a timeout, a cut or refused connection unreachable, another CA untrusted', async () => {
    between.meddle(() => 'silence')
    const hasty = dialed(between.access, { timeoutMs: 300 })
    expect(await refusalOf(hasty.observe())).toMatchObject({ reason: 'timeout', retryable: true })
    between.meddle(() => 'cut')
    expect(await refusalOf(dialed(between.access).observe())).toMatchObject({
      reason: 'unreachable',
      retryable: true,
    })
    const endpoint = `https://127.0.0.1:${await freePort()}`
    expect(await refusalOf(dialed(on().access, { endpoint }).observe())).toMatchObject({
      reason: 'unreachable',
      retryable: true,
    })
    const { caPem } = await makeCertificates('another')
    expect(await refusalOf(dialed(on().access, { caPem }).observe())).toMatchObject({
      reason: 'untrusted_certificate',
      retryable: false,
    })
  })
}
