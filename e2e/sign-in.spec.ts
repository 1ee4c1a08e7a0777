import { expect } from '@playwright/test'
import { seen } from './support/looks.ts'
import { fillService, freshName, submitService } from './support/onboarding.ts'
import { chooseCard } from './support/people.ts'
import { test } from './support/test.ts'

test('confidential data in production asks for two factors: the form says so, signs in again, and has lost nothing', async ({
  browser,
}) => {
  const page = await (await browser.newContext()).newPage()
  await page.goto('/sign-in')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByLabel(/with a password alone/).check()
  await page.getByRole('button', { name: 'Ada Okafor' }).click()
  await expect(page).toHaveURL((url) => url.pathname === '/')
  await page.goto('/settings/me')
  await expect(page.getByText('one factor (pwd)').first()).toBeVisible()

  const name = freshName('strong')
  await fillService(page, { name, environments: ['prod'] })
  await page.getByRole('button', { name: 'Edit data' }).click()
  await page.getByLabel('Data', { exact: true }).selectOption({ label: 'Confidential' })
  await expect(page.getByText(/Ada Okafor signed in .* with one factor: pwd/).first()).toBeVisible()
  await seen(page, 'sign-in-weak')
  await page.getByRole('button', { name: 'Sign in again' }).click()
  await chooseCard(page, 'Ada Okafor')

  await expect(page).toHaveURL((url) => url.pathname === '/services/new')
  await expect(page.getByLabel('Name', { exact: true })).toHaveValue(name)
  await expect(page.getByText('Nothing stands in the way')).toBeVisible()
  const number = await submitService(page)
  await page.goto(`/changes/${number}`)
  const facts = page.getByRole('complementary', { name: 'Decision facts' })
  await facts
    .getByText(/^\d+ pass/)
    .first()
    .click()
  await expect(facts.getByText(/with more than one factor: pwd, otp/)).toBeVisible()
})
