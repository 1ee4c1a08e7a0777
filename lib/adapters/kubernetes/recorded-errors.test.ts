import { describe, expect, test } from 'vitest'
import { recorded } from '#lib/flux/cases/recordings.contract.ts'
import { refusalOf } from './errors.ts'

type Exchange = { response: Parameters<typeof refusalOf>[1] & { headers?: Record<string, string> } }
type Stream = { response: { status: number; lines: { object: unknown }[] } }

/** What each recording of `api/` is, by its name; what is not named here was let through. */
const RECORDED: [RegExp, string][] = [
  [/^admission-policy-denied|^forbidden-fence/, 'policy_denied'],
  [/^api-version-not-served$/, 'not_served'],
  [/^conflict-(deployment|with-)/, 'field_conflict'],
  [/^conflict-precondition-uid$/, 'replaced'],
  [/^conflict-resource-version$/, 'conflict'],
  [/^forbidden-bind$/, 'grant_forbidden'],
  [/^forbidden-list$/, 'forbidden'],
  [/^forbidden-pod-security$/, 'pod_security'],
  [/^forbidden-quota$/, 'quota_exceeded'],
  [/^gone-watch$/, 'expired'],
  [/^immutable-/, 'immutable'],
  [/^invalid-|^strict-|^warning-unknown-field$/, 'invalid'],
  [/^namespace-terminating-refusal$/, 'terminating'],
  [/^not-found$/, 'not_found'],
  [/^too-many-requests$/, 'rate_limited'],
  [/^unauthorized$/, 'unauthorised'],
]
const ANSWERS = recorded<Partial<Exchange & Stream>>('api').flatMap(([name, { response }]) =>
  response ? [{ name, response }] : [],
)

describe.skipIf(ANSWERS.length === 0)('recorded answers of a real API server', () => {
  test.each(ANSWERS)('$name is classified', ({ name, response }) => {
    const header = 'headers' in response ? response.headers?.['Retry-After'] : undefined
    const body = response.lines ? response.lines[0]?.object : response.body
    const error = refusalOf('x', { status: response.status, body, retryAfter: header })
    expect(error?.reason).toBe(RECORDED.find(([pattern]) => pattern.test(name))?.[1])
    if (name === 'too-many-requests') expect(error?.retryAfterMs).toBe(1000)
  })
})
