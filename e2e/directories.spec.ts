import { expect } from '@playwright/test'
import { as } from './support/people.ts'
import { test } from './support/test.ts'

test('an administrator changes a directory’s token over: the new one is shown once, then revoked', async ({
  browser,
}) => {
  const grace = await as(browser, 'Grace Kim', { viewport: { width: 360, height: 780 } })
  await grace.goto('/settings/directories')
  const tokens = grace.getByRole('row').filter({ hasText: '…' })
  await expect(tokens).toHaveCount(1)
  await grace.getByRole('button', { name: 'Make a new token…' }).click()
  const dialog = grace.getByRole('dialog')
  await dialog.getByLabel('Why').fill('yearly rotation')
  await dialog.getByRole('button', { name: 'Make the token' }).click()
  await expect(grace.getByText(/^scim_[\w-]{43}$/)).toBeVisible()
  await expect(tokens).toHaveCount(2)
  const wide = await grace.evaluate(() => document.documentElement.scrollWidth)
  expect(wide).toBeLessThanOrEqual(360)
  await grace.reload()
  await expect(grace.getByText(/^scim_/)).toHaveCount(0)
  await tokens
    .filter({ hasText: 'never' })
    .getByRole('button', { name: /^Revoke/ })
    .click()
  await dialog.getByLabel('Why').fill('only tried')
  await dialog.getByRole('button', { name: 'Revoke the token' }).click()
  await expect(tokens.filter({ hasText: 'revoked' })).toHaveCount(1)
  await grace.context().close()
})

test('nobody but the platform’s administrators finds the page', async ({ browser }) => {
  const iris = await as(browser, 'Iris Novak')
  expect((await iris.goto('/settings/directories'))?.status()).toBe(404)
  await iris.context().close()
})
