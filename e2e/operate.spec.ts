import { expect } from '@playwright/test'
import { fillService, freshName, submitService, watchUntilReady } from './support/onboarding.ts'
import { as } from './support/people.ts'
import { test } from './support/test.ts'

test('a service is reconciled, suspended until a time with the reason beside it, and resumed', async ({
  browser,
}) => {
  const ada = await as(browser, 'Ada Okafor')
  const name = freshName('oper')
  await fillService(ada, { name })
  await watchUntilReady(ada, await submitService(ada))
  await ada.goto(`/services/payments/${name}`)
  await ada.getByRole('button', { name: 'Reconcile', exact: true }).click()
  await expect(ada.getByText(/Flux was asked to reconcile 1 instance/)).toBeVisible()
  await ada.getByRole('button', { name: 'Suspend…' }).click()
  await ada.getByLabel('Why').fill('while we look into the ledger')
  await ada.getByRole('button', { name: 'Suspend', exact: true }).click()
  // The words stand twice in the document, for a wide page and for a phone: one of them is seen.
  const said = ada
    .getByText(/Suspended by Ada Okafor: while we look into the ledger\. Ends/)
    .filter({ visible: true })
  await expect(said).toHaveCount(1, { timeout: 30_000 })
  await ada.screenshot({ path: 'test-results/suspended.png', fullPage: true })
  await ada.setViewportSize({ width: 360, height: 780 })
  await expect(said).toHaveCount(1)
  await ada.screenshot({ path: 'test-results/suspended-phone.png', fullPage: true })
  await ada.setViewportSize({ width: 1440, height: 900 })
  await ada.getByRole('button', { name: 'Resume…' }).click()
  await ada.screenshot({ path: 'test-results/resume.png' })
  await ada.getByLabel('Why').fill('it is understood')
  await ada.getByRole('button', { name: 'Resume', exact: true }).click()
  await expect(ada.getByText('1 of 1 Ready')).toBeVisible({ timeout: 30_000 })
  await ada.context().close()
})
