import { expect, type Page } from '@playwright/test'
import { seen } from './support/looks.ts'
import { fillService, freshName, submitService } from './support/onboarding.ts'
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

async function end(page: Page, reason: string): Promise<void> {
  await page.goto('/settings/delegation')
  await page.getByRole('button', { name: 'End…' }).click()
  await page.getByLabel('Why').fill(reason)
  await page.getByRole('button', { name: 'End it now' }).click()
}

async function sign(page: Page): Promise<void> {
  const bar = page.getByRole('region', { name: 'Decision' })
  await bar.getByRole('button', { name: 'Approve' }).click()
  await bar.getByRole('button', { name: /Approve, sign/ }).click()
}

test('an owner on holiday names who signs for them, and is told what cannot be', async ({
  browser,
}) => {
  const ben = await as(browser, 'Ben Carter')
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
  await ben.context().close()
})

test('who was named signs for the other; it is shown as that, and ended', async ({ browser }) => {
  const [ada, erik] = await Promise.all([as(browser, 'Ada Okafor'), as(browser, 'Erik Lund')])
  await fillService(ada, { name: freshName('away'), environments: ['test'] })
  const number = await submitService(ada)
  await erik.goto(`/approvals?change=${number}`)
  await expect(erik.getByText('for Ben Carter').first()).toBeVisible()
  await seen(erik, 'delegation-inbox')
  await erik.goto(`/changes/${number}`)
  await expect(erik.getByText('You sign for Ben Carter, revision 1')).toBeVisible()
  await sign(erik)
  await expect(erik.getByText('Erik Lund for Ben Carter approved')).toBeVisible()
  await ada.goto(`/changes/${number}`)
  await expect(ada.getByText('Erik Lund for Ben Carter approved')).toBeVisible()
  await erik.goto('/settings/delegation')
  await expect(erik.getByRole('row', { name: /Ben Carter.*1 vote/ })).toBeVisible()
  await end(erik, 'Ben is back')
  await expect(erik.getByText(/by Erik Lund: Ben is back/)).toBeVisible()
  const iris = await as(browser, 'Iris Novak')
  await iris.goto('/settings/delegation?view=all')
  await expect(iris.getByRole('row', { name: /Erik Lund for Ben Carter.*Ended/ })).toBeVisible()
  await seen(iris, 'delegation-all')
  for (const page of [ada, erik, iris]) await page.context().close()
})

test('who has a vote of their own and one for another says which they give', async ({
  browser,
}) => {
  const [ada, farah, erik] = await Promise.all([
    as(browser, 'Ada Okafor'),
    as(browser, 'Farah Haddad'),
    as(browser, 'Erik Lund'),
  ])
  await farah.goto('/settings/delegation')
  await farah.getByRole('button', { name: 'Delegate…' }).click()
  await farah.getByLabel('Who', { exact: true }).selectOption({ label: 'Erik Lund (erik.lund)' })
  await farah.getByLabel('For', { exact: true }).selectOption('groups')
  await farah.getByRole('checkbox', { name: 'payments-owners' }).check()
  await askFor(farah, await face(farah, 7))
  await expect(
    farah.getByRole('row', { name: /Erik Lund.*payments-owners, in every tenant/ }),
  ).toBeVisible()
  await fillService(ada, { name: freshName('both'), environments: ['prod'] })
  const number = await submitService(ada)
  await erik.goto(`/changes/${number}`)
  const bar = erik.getByRole('region', { name: 'Decision' })
  await expect(bar.getByText(/^You sign revision 1/)).toBeVisible()
  await bar.getByLabel('Sign', { exact: true }).selectOption('for Farah Haddad')
  await expect(bar.getByText(/^You sign for Farah Haddad, revision 1/)).toBeVisible()
  await seen(erik, 'delegation-choice')
  await sign(erik)
  await expect(erik.getByText('Erik Lund for Farah Haddad approved')).toBeVisible()
  await expect(bar.getByText(/You have decided already/)).toBeVisible()
  await end(farah, 'Not any more')
  for (const page of [ada, farah, erik]) await page.context().close()
})
