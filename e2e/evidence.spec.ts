import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, type Page } from '@playwright/test'
import { seen } from './support/looks.ts'
import {
  decide,
  fillService,
  freshName,
  submitService,
  watchUntilReady,
} from './support/onboarding.ts'
import { as } from './support/people.ts'
import { test } from './support/test.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'stairway-evidence-'))
test.afterAll(() => rmSync(folder, { recursive: true, force: true }))

const PROGRAM = 'scripts/verify-evidence.mjs'

/** Runs a verifier without any environment that could name a network or a server. */
function verify(program: string, pack: string, ...keys: string[]) {
  const args = [program, pack, ...keys.flatMap((key) => ['--key', key])]
  const { status, stdout } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    env: { NODE_ENV: 'production' },
  })
  return { status, said: stdout }
}

async function download(page: Page): Promise<string> {
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: /^Download, \d+ KiB/ }).click(),
  ])
  const to = path.join(folder, file.suggestedFilename())
  await file.saveAs(to)
  return to
}

test('an auditor takes the evidence of a change away and verifies it offline; a byte altered is found', async ({
  browser,
}) => {
  const [ada, ben, iris] = await Promise.all([
    as(browser, 'Ada Okafor'),
    as(browser, 'Ben Carter'),
    as(browser, 'Iris Novak'),
  ])
  const name = freshName('proof')
  await fillService(ada, { name, environments: ['test'] })
  const number = await submitService(ada)
  await expect(ada.getByRole('heading', { name: 'Evidence pack' })).toHaveCount(0)
  await iris.goto(`/changes/${number}`)
  await expect(iris.getByText('a pack holds what happened so far')).toBeVisible()
  await seen(iris, 'evidence-none')
  await decide(ben, number, 'Approve')
  await watchUntilReady(ada, number)

  await iris.reload()
  await iris.getByRole('button', { name: 'Make evidence pack' }).click()
  await expect(iris.getByRole('link', { name: /^Download/ })).toBeVisible()
  await seen(iris, 'evidence-ready')
  const pack = await download(iris)

  await iris.goto('/audit')
  const keys = (await (await iris.request.get('/audit/keys')).json()) as {
    keys: { publicKey: string }[]
  }
  const key = keys.keys[0]?.publicKey ?? ''
  await expect(iris.getByText(key)).toBeVisible()
  await seen(iris, 'evidence-keys')

  const whole = verify(PROGRAM, pack, key)
  expect(whole.said).toContain('Ben Carter')
  expect(whole.said).toContain('Everything in this pack holds')
  expect(whole.status).toBe(0)

  spawnSync('tar', ['-xf', pack, '-C', folder, 'verify.mjs'])
  const alone = verify(path.join(folder, 'verify.mjs'), pack)
  expect(alone.said).toContain('was NOT verified')
  expect(alone.status).toBe(0)

  const bytes = readFileSync(pack)
  const at = bytes.indexOf('"verdict": "approve"')
  bytes.write('deprove', at + '"verdict": "'.length)
  const forged = path.join(folder, 'forged.tar')
  writeFileSync(forged, bytes)
  const broken = verify(PROGRAM, forged, key)
  expect(broken.said).toContain('BROKEN: decisions.json: was altered')
  expect(broken.status).toBe(1)
  expect((await ada.request.get(`/changes/${number}/evidence`)).status()).toBe(403)
})
