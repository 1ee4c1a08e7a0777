import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { makeCertificates } from '#sandbox/fleet/certificates.ts'
import { createTransport } from './transport.ts'

let server: Server
let caPem = ''
let connections = 0
const asked: (string | undefined)[] = []
let busy = 0
let ready = true
let refuses = false

beforeAll(async () => {
  const certificates = await makeCertificates('one')
  caPem = certificates.caPem
  server = createServer(
    { cert: certificates.certPem, key: certificates.keyPem },
    (request, response) => {
      asked.push(request.headers.authorization)
      if (busy > 0) {
        busy -= 1
        response.writeHead(429, { 'retry-after': '0' }).end('Too many requests, try later.\n')
      } else if (request.url === '/readyz') response.writeHead(ready ? 200 : 403).end('ok')
      else if (refuses)
        response.writeHead(403).end('{"kind":"Status","message":"no role knows you"}')
      else response.end('{}')
    },
  )
  server.on('secureConnection', () => {
    connections += 1
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})

afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const open = (authority = caPem) =>
  createTransport({
    id: 'clu_1',
    name: 'one',
    endpoint: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    caPem: authority,
    token: 'the-token',
    maxInFlight: 4,
  })

test('a server that is too busy says so in plain text; it is asked again, and then it is its own reason', async () => {
  const read = { operation: 'read', method: 'GET', path: '/version' } as const
  busy = 2
  expect(await open()(read)).toMatchObject({ status: 200 })
  busy = 9
  await expect(open()(read)).rejects.toMatchObject({ reason: 'rate_limited', retryable: true })
  busy = 0
})

test('a refusal of a server that is only starting says nothing yet; that of one that has started counts', async () => {
  const read = { operation: 'read', method: 'GET', path: '/api' } as const
  const transport = open()
  refuses = true
  ready = false
  const starting = { reason: 'server_error', retryable: true, remedy: { whose: 'heals_itself' } }
  await expect(transport(read)).rejects.toMatchObject(starting)
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 121_000 })
  await expect(transport(read)).rejects.toMatchObject({ reason: 'forbidden', retryable: false })
  vi.useRealTimers()
  ready = true
  await expect(transport(read)).rejects.toMatchObject({ reason: 'forbidden', retryable: false })
  refuses = false
  expect(await transport(read)).toMatchObject({ status: 200 })
})

test('a server that another authority vouches for is not spoken to, on any of its connections', async () => {
  const transport = open((await makeCertificates('another')).caPem)
  const read = { operation: 'read', method: 'GET', path: '/version' } as const
  asked.length = 0
  for (const _ of [1, 2])
    await expect(transport(read)).rejects.toMatchObject({
      reason: 'untrusted_certificate',
      retryable: false,
    })
  expect(asked).toEqual([])
})

test('requests to one API server share its connections, and each carries the token', async () => {
  asked.length = 0
  connections = 0
  const transport = open()
  for (let round = 0; round < 10; round += 1)
    await Promise.all(
      Array.from({ length: 8 }, () =>
        transport({ operation: 'read', method: 'GET', path: '/version' }),
      ),
    )
  expect(asked.length).toBe(80)
  expect(new Set(asked)).toEqual(new Set(['Bearer the-token']))
  expect(connections).toBeLessThanOrEqual(8)
})
