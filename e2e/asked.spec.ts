import { expect } from '@playwright/test'
import { seen } from './support/looks.ts'
import { fillService, freshName, submitService, watchUntilReady } from './support/onboarding.ts'
import { as } from './support/people.ts'
import { test } from './support/test.ts'

test('recovery, what it calls and who else is relied on are asked for, checked while they are typed, and kept', async ({
  browser,
}) => {
  const ada = await as(browser, 'Ada Okafor')
  const called = freshName('called')
  await fillService(ada, { name: called })
  await watchUntilReady(ada, await submitService(ada))
  const name = freshName('asked')
  await fillService(ada, { name })
  await ada.getByRole('button', { name: 'Edit calls' }).click()
  await ada.getByLabel('Calls').fill(`${called}, no-such-ledger, `)
  await expect(
    ada.getByText('no such service runs in the tenant: no-such-ledger').first(),
  ).toBeVisible()
  await ada.getByRole('button', { name: 'Edit other companies' }).click()
  const companies = ada.getByLabel('Other companies')
  await companies.fill('Northwind Screening, Fabrikam Messaging')
  await expect(
    ada.getByText('not to be relied on today: Fabrikam Messaging (not decided)').first(),
  ).toBeVisible()
  await ada.getByRole('button', { name: 'Edit recovery' }).click()
  await ada.getByLabel('Back within').selectOption({ label: 'Back within 4 hours' })
  await ada.getByLabel('Loses at most').selectOption({ label: 'Loses at most 15 minutes' })
  await seen(ada, 'asked-failing')
  await companies.fill('Northwind Screening')
  await ada.getByRole('button', { name: 'Edit recovery' }).click()
  await expect(
    ada.getByText('back within 4 hours, losing at most 15 minutes, backed up').first(),
  ).toBeVisible()
  await expect(ada.getByText('Nothing stands in the way')).toBeVisible()
  await ada.reload()
  await expect(ada.getByText(`${called}, no-such-ledger`, { exact: true })).toBeVisible()
  await ada.getByRole('button', { name: 'Edit calls' }).click()
  await ada.getByLabel('Calls').fill(called)
  await expect(ada.getByText('Nothing stands in the way')).toBeVisible()
  const number = await submitService(ada)
  await ada.goto(`/changes/${number}`)
  const facts = ada.getByRole('complementary', { name: 'Decision facts' })
  await facts
    .getByText(/^\d+ pass/)
    .first()
    .click()
  await expect(facts.getByText(/assessed: Northwind Screening/)).toBeVisible()
  await watchUntilReady(ada, number)

  await ada.goto(`/services/payments/${name}`)
  const continuity = ada.getByRole('region', { name: 'Continuity' })
  await expect(continuity).toContainText(
    'back within 4 hours, losing at most 15 minutes, backed up',
  )
  await expect(continuity).toContainText('Northwind Screening')
  await seen(ada, 'asked-service')
  await continuity.getByRole('link', { name: called }).click()
  await expect(ada.getByRole('heading', { name: called, level: 1 })).toBeVisible()
  await expect(ada.getByRole('region', { name: /Depend on it/ })).toContainText(name)
})
