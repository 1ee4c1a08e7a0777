import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FluxEvent } from './event.ts'
import { readKustomization } from './readiness.ts'
import { withoutCredentials } from './without-credentials.ts'

test.each([
  ['http://flux:rd_c3@127.0.0.1:1/x.git', 'http://…@127.0.0.1:1/x.git'],
  [
    "from 'https://token@git.bank.example/a//b?ref=main': no",
    "from 'https://…@git.bank.example/a//b?ref=main': no",
  ],
  ['ssh://git@host/x and https://a:b@host/y', 'ssh://…@host/x and https://…@host/y'],
  ['https://git.bank.example/a@v1', 'https://git.bank.example/a@v1'],
  ['main@sha1:4571f6ab', 'main@sha1:4571f6ab'],
  ['mail ada@bank.example', 'mail ada@bank.example'],
])('%s is shown as %s', (text, shown) => {
  expect(withoutCredentials(text)).toBe(shown)
})

test('no password in a URL survives, whatever stands around it', () => {
  const word = fc.stringMatching(/^[A-Za-z0-9_.~-]{8,20}$/)
  fc.assert(
    fc.property(word, word, fc.string(), (user, password, around) => {
      const text = `${around} https://${user}:${password}@host/x ${around.replaceAll(password, '')}`
      fc.pre(!around.includes(password))
      return !withoutCredentials(text).includes(password)
    }),
  )
})

test('verdicts and events carry none', () => {
  const message = 'kustomize build failed: accumulating resources from https://u:hidden@h/x'
  const status = {
    conditions: [{ type: 'Ready', status: 'False', reason: 'BuildFailed', message }],
  }
  const object = { apiVersion: 'x/v1', kind: 'Kustomization', metadata: { name: 'a' }, status }
  expect(JSON.stringify(readKustomization(object, { now: new Date() }))).not.toContain('hidden')
  const event = FluxEvent.parse({
    involvedObject: { kind: 'Kustomization', name: 'a' },
    severity: 'error',
    timestamp: '2026-11-25T00:00:00Z',
    message,
    reason: 'BuildFailed',
    reportingController: 'kustomize-controller',
  })
  expect(event.message).toContain('https://…@h/x')
})
