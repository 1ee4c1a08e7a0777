import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createService } from '../src/server.js'
import { settings } from '../src/settings.js'

const service = createService()
let origin = ''

before(async () => {
  await new Promise((resolve) => service.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${service.address().port}`
})
after(() => service.close())

test('greets', async () => {
  const answer = await (await fetch(origin)).json()
  assert.deepEqual(answer, { service: settings.name, greeting: settings.greeting })
})

test('is healthy', async () => {
  assert.equal((await fetch(`${origin}/healthz`)).status, 200)
})

test('is ready', async () => {
  assert.equal((await fetch(`${origin}/readyz`)).status, 200)
})

test('does not know other paths', async () => {
  assert.equal((await fetch(`${origin}/nothing`)).status, 404)
})

test('is read only', async () => {
  assert.equal((await fetch(origin, { method: 'POST' })).status, 405)
})
