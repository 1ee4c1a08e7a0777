import { NextRequest } from 'next/server'
import { expect, test } from 'vitest'
import { endlessBody, posted } from '#lib/testing/posted.ts'
import { boundedRequest } from './auth-request.ts'
import { bodyUpTo, jsonIn } from './body.ts'

const post = (body: BodyInit, headers = {}) => posted('http://localhost/x', body, headers)

test('a body is read up to its bound, in bytes', async () => {
  expect(await bodyUpTo(post('ab€'), 5)).toEqual({ ok: true, value: Buffer.from('ab€') })
  expect(await bodyUpTo(post('ab€'), 4)).toMatchObject({ ok: false })
  expect(await bodyUpTo(new Request('http://localhost/x'), 4)).toMatchObject({ ok: true })
})

test('a declared length above the bound is refused before a byte is read', async () => {
  const { body, sent } = endlessBody()
  expect(await bodyUpTo(post(body, { 'content-length': '101' }), 100)).toMatchObject({ ok: false })
  expect(sent()).toBe(0)
})

test.each([undefined, '5', 'many'])(
  'a body without end is left off at the bound, whatever length it declares (%s)',
  async (declared) => {
    const { body, sent } = endlessBody()
    const request = post(body, declared ? { 'content-length': declared } : {})
    expect(await bodyUpTo(request, 100_000)).toMatchObject({ ok: false })
    expect(sent()).toBeLessThan(150_000)
  },
)

test.each(['', '{', '{"a":1}}', 'NaN'])('%j is no JSON', (text) => {
  expect(jsonIn(Buffer.from(text)).ok).toBe(false)
})

test('bytes that are no UTF-8 are no JSON', () => {
  expect(jsonIn(Buffer.from([0x22, 0xff, 0x22])).ok).toBe(false)
})

const SIGN_IN = 'http://localhost/api/auth/signin/oidc'

test('a sign-in form reaches next-auth as it was sent', async () => {
  const body = 'csrfToken=a&callbackUrl=%2F'
  const headers = { 'content-type': 'application/x-www-form-urlencoded', cookie: 'a=b' }
  const passed = await boundedRequest(
    new NextRequest(SIGN_IN, { method: 'POST', headers, body }),
    'csrf',
  )
  if (passed instanceof Response) throw new Error(String(passed.status))
  expect([passed.method, passed.cookies.get('a')?.value, await passed.text()]).toEqual([
    'POST',
    'b',
    body,
  ])
})

test.each([
  ['over 16 KiB', 'x'.repeat(16_385), 'application/x-www-form-urlencoded', 413],
  ['of broken JSON', '{"csrfToken":', 'application/json', 400],
])('a sign-in body %s is refused before next-auth reads it', async (_, body, type, status) => {
  const headers = { 'content-type': type }
  const answer = await boundedRequest(
    new NextRequest(SIGN_IN, { method: 'POST', headers, body }),
    'csrf',
  )
  expect(answer).toMatchObject({ status })
})
