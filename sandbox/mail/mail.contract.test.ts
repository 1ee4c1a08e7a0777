import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createTransport } from 'nodemailer'
import { afterAll, expect, test } from 'vitest'
import { spawnSandbox } from '#lib/testing/spawn-sandbox.ts'

type Message = { id: string; subject: string }

const data = mkdtempSync(path.join(tmpdir(), 'stairway-mail-'))
afterAll(() => rmSync(data, { recursive: true, force: true }))

test('what was accepted survives a kill; a torn file hides no other mail; a repeat is shown once', async () => {
  const first = await start()
  const long = `<${'x'.repeat(150)}`
  for (const [id, subject] of [
    [`${long}-1@bank>`, 'one'],
    [`${long}-2@bank>`, 'two'],
    [`${long}-2@bank>`, 'two again'],
  ] as const)
    await createTransport({ port: first.ready.port, host: '127.0.0.1' }).sendMail({
      from: 'a@bank.example',
      to: 'b@bank.example',
      messageId: id,
      subject,
      text: 'words',
    })
  await first.kill()
  expect(readdirSync(data).filter((name) => !name.endsWith('.json'))).toEqual([])

  writeFileSync(path.join(data, 'torn.json'), '{"id":"<torn')
  const second = await start()
  const messages = (await (await fetch(`${second.ready.url}/messages`)).json()) as Message[]
  expect(messages.map(({ subject }) => subject).sort()).toEqual(['one', 'two again'])
  expect((await fetch(second.ready.url)).status).toBe(200)
  await second.stop()
})

function start() {
  return spawnSandbox<{ url: string; port: number }>('mail', [
    ...['--port', '0', '--page-port', '0', '--data', data],
  ])
}
