import { expect, type Page } from '@playwright/test'
import { seen } from './support/looks.ts'
import { fillService, freshName, submitService, watchUntilReady } from './support/onboarding.ts'
import { as } from './support/people.ts'
import { test } from './support/test.ts'

/** A face of the browser's own clocks, so many days from now. */
function face(page: Page, days: number): Promise<string> {
  return page.evaluate((ahead) => {
    const at = new Date(Date.now() + ahead * 86_400_000)
    return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
  }, days)
}

async function askFor(page: Page, until: string): Promise<void> {
  await page.getByLabel('Until').fill(until)
  await page.getByRole('button', { name: 'Delegate', exact: true }).click()
}

test('an owner on holiday names who signs for them; it is shown as that, and ended', async ({
  browser,
}) => {
  const [ada, ben, erik] = await Promise.all([
    as(browser, 'Ada Okafor'),
    as(browser, 'Ben Carter'),
    as(browser, 'Erik Lund'),
  ])
  await ben.getByRole('button', { name: 'Account menu' }).click()
  await ben.getByRole('menuitem', { name: 'Delegation' }).click()
  await expect(ben.getByRole('heading', { name: 'Delegation' })).toBeVisible()
  await ben.getByRole('button', { name: 'Delegate…' }).click()
  await ben.getByLabel('Who', { exact: true }).selectOption({ label: 'Erik Lund (erik.lund)' })
  await seen(ben, 'delegation-form')
  await ben.getByLabel('Reason, if you like').fill('On holiday')
  await askFor(ben, await face(ben, 90))
  await expect(ben.getByText('One delegation lasts 60 days at most.')).toBeVisible()
  await askFor(ben, await face(ben, 7))
  await expect(ben.getByRole('row', { name: /Erik Lund.*Everything in Payments/ })).toBeVisible()
  await seen(ben, 'delegation-given')

  await fillService(ada, { name: freshName('away'), environments: ['test'] })
  const number = await submitService(ada)
  await erik.goto(`/approvals?change=${number}`)
  await expect(erik.getByText('for Ben Carter').first()).toBeVisible()
  await seen(erik, 'delegation-inbox')
  await erik.goto(`/changes/${number}`)
  const bar = erik.getByRole('region', { name: 'Decision' })
  await expect(bar.getByText('You sign for Ben Carter, revision 1')).toBeVisible()
  await bar.getByRole('button', { name: 'Approve' }).click()
  await bar.getByRole('button', { name: /Approve, sign/ }).click()
  await expect(erik.getByText('Erik Lund for Ben Carter approved')).toBeVisible()
  await watchUntilReady(ada, number)
  await ada.goto(`/changes/${number}`)
  await expect(ada.getByText('Erik Lund for Ben Carter approved')).toBeVisible()
  await seen(ada, 'delegation-change')

  await fillService(ada, { name: freshName('both'), environments: ['prod'] })
  const both = await submitService(ada)
  await erik.goto(`/changes/${both}`)
  await expect(bar.getByText(/^You sign revision 1/)).toBeVisible()
  await bar.getByLabel('Sign', { exact: true }).selectOption('for Ben Carter')
  await expect(bar.getByText(/^You sign for Ben Carter, revision 1/)).toBeVisible()
  await seen(erik, 'delegation-choice')
  await bar.getByRole('button', { name: 'Approve' }).click()
  await bar.getByRole('button', { name: /Approve, sign/ }).click()
  await expect(erik.getByText('Erik Lund for Ben Carter approved')).toBeVisible()
  await expect(bar.getByText(/You have decided already/)).toBeVisible()

  await erik.goto('/settings/delegation')
  await expect(erik.getByRole('row', { name: /Ben Carter.*2 votes/ })).toBeVisible()
  await erik.getByRole('button', { name: 'End…' }).click()
  await erik.getByLabel('Why').fill('Ben is back')
  await erik.getByRole('button', { name: 'End it now' }).click()
  await expect(erik.getByText(/by Erik Lund: Ben is back/)).toBeVisible()

  const iris = await as(browser, 'Iris Novak')
  await iris.goto('/settings/delegation?view=all')
  await expect(iris.getByRole('row', { name: /Erik Lund for Ben Carter.*Ended/ })).toBeVisible()
  await seen(iris, 'delegation-all')
  for (const page of [ada, ben, erik, iris]) await page.context().close()
})
