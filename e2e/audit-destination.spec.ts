import { expect, type Page } from '@playwright/test'
import { seen } from './support/looks.ts'
import { freshName } from './support/onboarding.ts'
import { as } from './support/people.ts'
import { siem, siemArrivals } from './support/sandbox.ts'
import { test } from './support/test.ts'

const name = freshName('siem')
/** Of this attempt alone. */
const why = `The SIEM is moved tonight, ${name}`

async function act(page: Page, what: 'Pause' | 'Resume' | 'Remove', why: string): Promise<void> {
  const own = page.getByRole('region', { name })
  await own.getByRole('button', { name: `${what}…` }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Why').fill(why)
  await dialog.getByRole('button', { name: what }).click()
  await expect(dialog).toHaveCount(0)
}

/** How many events with this text in them arrived. */
const arrived = async (text: string) =>
  (await siemArrivals()).filter((each) => each.includes(text)).length

test('an administrator sends the audit to a SIEM, tests it, pauses it and lets it go on; an auditor sees how it stands', async ({
  browser,
}) => {
  const grace = await as(browser, 'Grace Kim')
  await grace.goto('/audit')
  await grace.getByRole('link', { name: 'Destinations' }).click()
  await grace.getByRole('link', { name: 'New destination' }).click()
  const { endpoint, caPem, token } = await siem()
  await grace.getByLabel('Name').fill(name)
  await grace.getByLabel('Address').fill('https://siem.bank.example/events')
  await grace.getByRole('button', { name: 'Register and send' }).click()
  await expect(grace.getByText('The worker may not call https://siem.bank.example')).toBeVisible()
  await grace.getByLabel('Address').fill(endpoint)
  await grace.getByLabel('Certificate authority').fill(caPem)
  await grace.getByLabel('Bearer token').fill(token)
  await seen(grace, 'audit-destination-form')
  await grace.getByRole('button', { name: 'Register and send' }).click()

  const own = grace.getByRole('region', { name })
  await expect(own.getByText('Up to date')).toBeVisible({ timeout: 30_000 })
  expect(await arrived('"action":"destination.registered"')).toBeGreaterThan(0)
  expect(await arrived(token)).toBe(0)
  await own.getByRole('button', { name: 'Send a test' }).click()
  await expect(own.getByText('Taken. 200: 1 taken')).toBeVisible({ timeout: 30_000 })

  await act(grace, 'Pause', why)
  await expect(own.getByText('Paused')).toBeVisible()
  await grace.reload()
  await expect(own.getByText(/1 event|\d+ events/)).toBeVisible()
  expect(await arrived(why)).toBe(0)
  await act(grace, 'Resume', 'The SIEM stands in its new place')
  await expect(own.getByText('Up to date')).toBeVisible({ timeout: 30_000 })
  await expect.poll(() => arrived(why)).toBeGreaterThan(0)
  await seen(grace, 'audit-destinations')

  const iris = await as(browser, 'Iris Novak')
  await iris.goto('/audit/destinations')
  await expect(iris.getByRole('region', { name })).toBeVisible()
  await expect(iris.getByRole('button', { name: 'Pause…' })).toHaveCount(0)
  await iris.goto('/audit')
  await iris.getByLabel('Chain', { exact: true }).selectOption('platform')
  const download = iris.waitForEvent('download')
  await iris.getByRole('button', { name: 'Download' }).click()
  expect((await download).suggestedFilename()).toMatch(/^stairway-audit-platform-1-\d+\.jsonl$/)
  await seen(iris, 'audit-take-away')

  await act(grace, 'Remove', 'The journey that made it is over')
  await expect(own).toHaveCount(0)
})
