import { Secret } from 'kubernetes-models/v1/Secret'
import { expect, test } from 'vitest'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import { aTarget } from './cases/a-target.ts'
import { injectCredentials, parseTenantObject, renderTenantSet } from './tenant-set.ts'

function plannedSecrets(): KubernetesObject[] {
  return renderTenantSet(aTarget())
    .map((object) => parseTenantObject(object.yaml))
    .filter(({ kind }) => kind === 'Secret')
}

function gitSecret(): KubernetesObject {
  const secret = plannedSecrets().find(({ metadata }) => metadata.name === 'flux-git-auth')
  if (!secret) throw new Error('no flux-git-auth in the set')
  return secret
}

const values = {
  'git-username': 'reader',
  'git-password': 'not-a-real-password',
  'hook-hmac': 'not-a-real-key',
  'receiver-token': 'not-a-real-token',
}

test('a plan names keys and purposes, never a value', () => {
  const secrets = plannedSecrets()
  expect(
    secrets.map((secret) => [
      secret.metadata.name,
      secret.metadata.annotations,
      secret.data,
      secret.stringData,
    ]),
  ).toEqual([
    [
      'flux-git-auth',
      {
        'credentials.stairway.internal/username': 'git-username',
        'credentials.stairway.internal/password': 'git-password',
      },
      undefined,
      undefined,
    ],
    [
      'stairway-hmac',
      { 'credentials.stairway.internal/token': 'hook-hmac' },
      undefined,
      { headers: 'X-Stairway-Cluster: prod-eu-1\n' },
    ],
    [
      'flux-receiver-token',
      { 'credentials.stairway.internal/token': 'receiver-token' },
      undefined,
      undefined,
    ],
  ])
})

test('injecting fills each marked key, keeps the rest and leaves no mark', () => {
  const secrets = plannedSecrets()
  const filled = secrets.map((secret) => injectCredentials(secret, values))
  expect(filled.map(({ stringData }) => stringData)).toEqual([
    { username: 'reader', password: 'not-a-real-password' },
    { token: 'not-a-real-key', headers: 'X-Stairway-Cluster: prod-eu-1\n' },
    { token: 'not-a-real-token' },
  ])
  for (const secret of filled) {
    expect(secret.metadata.annotations).toBeUndefined()
    new Secret(secret as ConstructorParameters<typeof Secret>[0]).validate()
  }
})

test('injecting changes nothing but Secrets', () => {
  const others = renderTenantSet(aTarget())
    .map((object) => parseTenantObject(object.yaml))
    .filter(({ kind }) => kind !== 'Secret')
  for (const object of others) expect(injectCredentials(object, {})).toBe(object)
})

test.each([
  [
    'a purpose without a value',
    { 'git-username': 'reader' },
    'no credential for purpose git-password',
  ],
  ['an empty value', { ...values, 'git-password': '' }, 'no credential for purpose git-password'],
  [
    'a value with a newline at its end',
    { ...values, 'git-password': 'x\n' },
    'ends with a newline',
  ],
])('injecting refuses %s', (_, given, message) => {
  const secret = gitSecret()
  expect(() => injectCredentials(secret, given)).toThrow(message)
})

test('injecting refuses a key that is marked and has a value', () => {
  const secret = gitSecret()
  expect(() => injectCredentials({ ...secret, stringData: { password: 'x' } }, values)).toThrow(
    'is marked',
  )
})
