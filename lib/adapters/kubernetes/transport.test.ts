import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeCertificates } from '#sandbox/fleet/certificates.ts'
import { createTransport } from './transport.ts'

let server: Server
let caPem = ''
let connections = 0
const asked: (string | undefined)[] = []

beforeAll(async () => {
  const certificates = await makeCertificates('one')
  caPem = certificates.caPem
  server = createServer(
    { cert: certificates.certPem, key: certificates.keyPem },
    (request, response) => {
      asked.push(request.headers.authorization)
      response.end('{}')
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

test('requests to one API server share its connections, and each carries the token', async () => {
  const transport = createTransport({
    id: 'clu_1',
    name: 'one',
    endpoint: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    caPem,
    token: 'the-token',
    maxInFlight: 4,
  })
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
