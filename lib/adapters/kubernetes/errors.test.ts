import fc from 'fast-check'
import { expect, test } from 'vitest'
import { AdapterError } from '#lib/adapter-error.ts'
import { failureOf } from '#lib/onboarding/failure-of.ts'
import { refusalOf, transportError } from './errors.ts'

const status = (code: number, message: string, more: object = {}) => ({
  status: code,
  body: { kind: 'Status', status: 'Failure', code, message, ...more },
})
const causes = (...all: object[]) => ({ details: { causes: all } })
const BUSY = { status: 429, body: 'Too many requests, please try again later.\n', retryAfter: '7' }
const POLICY =
  "kustomizations \"x\" is forbidden: ValidatingAdmissionPolicy 'flux-tenant-appliers' with binding 'flux-tenant-appliers' denied request: spec.serviceAccountName must be 'flux'"

/** One of each class, in the words of an API server. */
const CLASSES: [string, Parameters<typeof refusalOf>[1], string, boolean, string][] = [
  ['an unknown token', status(401, 'Unauthorized'), 'unauthorised', false, 'ours'],
  [
    'a missing right',
    status(
      403,
      'secrets is forbidden: User "hub" cannot list resource "secrets" in API group "" in the namespace "a"',
    ),
    'forbidden',
    false,
    'ours',
  ],
  [
    'a role that may not be handed out',
    status(
      403,
      'rolebindings "x" is forbidden: user "hub" is attempting to grant RBAC permissions not currently held:\n{}',
    ),
    'grant_forbidden',
    false,
    'ours',
  ],
  [
    'a full namespace',
    status(403, 'configmaps "x" is forbidden: exceeded quota: q'),
    'quota_exceeded',
    false,
    'yours',
  ],
  [
    'pod security',
    status(403, 'pods "p" is forbidden: violates PodSecurity "restricted:latest": runAsNonRoot'),
    'pod_security',
    false,
    'yours',
  ],
  ['a policy, as 403', status(403, POLICY), 'policy_denied', false, 'another_team'],
  ['a policy, as 422', status(422, POLICY), 'policy_denied', false, 'another_team'],
  [
    'a webhook',
    status(403, 'admission webhook "deny.example" denied the request: no'),
    'webhook_denied',
    false,
    'another_team',
  ],
  [
    'a webhook that says 400',
    status(400, 'admission webhook "deny.example" denied the request: no'),
    'webhook_denied',
    false,
    'another_team',
  ],
  [
    'a webhook that is down',
    status(
      500,
      'Internal error occurred: failed calling webhook "x": Post "https://x": context deadline exceeded',
    ),
    'webhook_unavailable',
    true,
    'another_team',
  ],
  [
    'a namespace that ends',
    status(
      403,
      'unable to create new content in namespace a because it is being terminated',
      causes({ reason: 'NamespaceTerminating' }),
    ),
    'terminating',
    true,
    'heals_itself',
  ],
  [
    'an object that ends',
    status(409, 'object is being deleted: configmaps "x" already exists', {
      reason: 'AlreadyExists',
    }),
    'terminating',
    true,
    'heals_itself',
  ],
  ['an absent object', status(404, 'configmaps "x" not found'), 'not_found', false, 'ours'],
  [
    'an API that is not served',
    { status: 404, body: '404 page not found\n' },
    'not_served',
    false,
    'ours',
  ],
  [
    'a kind that is not served',
    status(404, 'the server could not find the requested resource'),
    'not_served',
    false,
    'ours',
  ],
  [
    'a name that is taken',
    status(409, 'configmaps "x" already exists', { reason: 'AlreadyExists' }),
    'already_exists',
    false,
    'another_team',
  ],
  [
    'fields of somebody else',
    status(409, 'Apply failed with 1 conflict', causes({ reason: 'FieldManagerConflict' })),
    'field_conflict',
    false,
    'another_team',
  ],
  [
    'a lost race',
    status(409, 'Operation cannot be fulfilled on configmaps "x": the object has been modified'),
    'conflict',
    true,
    'heals_itself',
  ],
  [
    'another object of that name',
    status(409, 'the UID in the precondition (0) does not match the UID in record (1)'),
    'replaced',
    false,
    'ours',
  ],
  ['an old watch', status(410, 'too old resource version: 1 (9)'), 'expired', true, 'heals_itself'],
  [
    'a field that cannot change',
    status(422, 'Deployment "x" is invalid: spec.selector: field is immutable'),
    'immutable',
    false,
    'ours',
  ],
  ['an invalid object', status(422, 'ConfigMap "X" is invalid'), 'invalid', false, 'ours'],
  ['a bad request', status(400, 'strict decoding error'), 'invalid', false, 'ours'],
  [
    'an unknown field',
    status(500, 'failed to create typed patch object: .dta: field not declared in schema'),
    'invalid',
    false,
    'ours',
  ],
  ['a busy server', BUSY, 'rate_limited', true, 'heals_itself'],
  ['an ill server', status(500, 'Internal error occurred'), 'server_error', true, 'heals_itself'],
  [
    'an absent backend',
    { status: 503, body: '<html>no backend</html>' },
    'server_error',
    true,
    'heals_itself',
  ],
  [
    'a slow server',
    status(504, 'request did not complete within the allotted timeout'),
    'timeout',
    true,
    'heals_itself',
  ],
  ['a slow store', status(500, 'etcdserver: request timed out'), 'timeout', true, 'heals_itself'],
  [
    'a full store',
    status(500, 'etcdserver: mvcc: database space exceeded'),
    'storage_full',
    true,
    'another_team',
  ],
]

test.each(CLASSES)('%s has its own class', (_, refused, reason, retryable, whose) => {
  const error = refusalOf('apply x', refused)
  expect(error).toMatchObject({ reason, retryable, status: refused.status, remedy: { whose } })
  expect(error?.remedy?.nextStep).not.toBe('')
})

test('a missing right is named as the rule to add', () => {
  const error = refusalOf('list', CLASSES[1]?.[1] ?? { status: 0, body: null })
  expect(error?.remedy?.nextStep).toContain(
    '`hub` lacks a right in a: {apiGroups: [""], resources: ["secrets"], verbs: ["list"]}',
  )
})

test('how long to wait is read from the header, as seconds or a date, else from the body', () => {
  const wait = (retryAfter?: string, details?: object) =>
    refusalOf('x', { status: 429, body: { message: 'busy', details }, retryAfter })?.retryAfterMs
  expect(wait('7')).toBe(7000)
  expect(wait(new Date(Date.now() + 30_000).toUTCString())).toBeGreaterThan(27_000)
  expect(wait(undefined, { retryAfterSeconds: 3 })).toBe(3000)
  expect(wait()).toBe(1000)
  expect(wait('soon')).toBe(1000)
  expect(wait('999999999')).toBe(3_600_000)
})

test('what a step says of a refusal is what the refusal means', () => {
  const refused = refusalOf('apply ConfigMap', status(422, POLICY))
  expect(failureOf(refused, 1)).toMatchObject({
    kind: 'stop',
    trouble: { code: 'policy_denied', whose: 'another_team', system: 'kubernetes' },
  })
  expect(failureOf(refusalOf('list', BUSY), 1)).toMatchObject({ kind: 'wait', seconds: 7 })
})

const silent = (code: string, message = code) =>
  Object.assign(new TypeError('fetch failed'), {
    cause: Object.assign(new Error(message), { code }),
  })

test.each([
  [silent('ECONNREFUSED'), 'unreachable', true],
  [silent('ENOTFOUND', 'getaddrinfo ENOTFOUND api.prod'), 'unreachable', true],
  [silent('ECONNRESET'), 'unreachable', true],
  [silent('UND_ERR_CONNECT_TIMEOUT'), 'timeout', true],
  [new DOMException('The operation was aborted due to timeout', 'TimeoutError'), 'timeout', true],
  [silent('DEPTH_ZERO_SELF_SIGNED_CERT'), 'untrusted_certificate', false],
  [silent('UNABLE_TO_VERIFY_LEAF_SIGNATURE'), 'untrusted_certificate', false],
  [silent('CERT_HAS_EXPIRED'), 'untrusted_certificate', false],
  [silent('ERR_TLS_CERT_ALTNAME_INVALID'), 'untrusted_certificate', false],
  [silent('ERR_SSL_WRONG_VERSION_NUMBER'), 'untrusted_answer', false],
])('%s is a silence of its kind', (error, reason, retryable) => {
  expect(transportError('read', error)).toMatchObject({ reason, retryable })
  expect(transportError('read', error).remedy?.nextStep).not.toBe('')
})

test('whatever a server or a proxy answers, a refusal is an AdapterError with one line and a remedy', () => {
  const bodies = fc.oneof(
    fc.json().map((text) => JSON.parse(text) as unknown),
    fc.string(),
    fc.record({
      message: fc.oneof(fc.string(), fc.integer()),
      details: fc.oneof(fc.constant(null), fc.record({ causes: fc.anything() })),
    }),
  )
  const answers = fc.record({
    status: fc.integer({ min: 400, max: 599 }),
    body: bodies,
    retryAfter: fc.option(fc.string(), { nil: undefined }),
  })
  fc.assert(
    fc.property(answers, (answer) => {
      const error = refusalOf('x', answer)
      expect(error).toBeInstanceOf(AdapterError)
      expect(error?.detail).not.toContain('\n')
      expect(error?.remedy?.nextStep).toBeTruthy()
      expect(error?.retryAfterMs ?? 0).toBeLessThanOrEqual(3_600_000)
    }),
  )
  fc.assert(
    fc.property(fc.anything({ withObjectString: true }), (thrown) => {
      expect(transportError('x', thrown).system).toBe('kubernetes')
    }),
  )
})

test('what was thrown may have no text at all, or one that throws', () => {
  const mute = Object.create(null) as object
  const worse = { toString: () => Object.create(null) as string }
  for (const thrown of [mute, worse, { name: mute, cause: { message: worse } }])
    expect(transportError('x', thrown).detail).toBe('no answer')
})
