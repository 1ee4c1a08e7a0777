import { expect } from '@playwright/test'
import { findings } from './support/axe.ts'
import { fillService, freshName, submitService, watchUntilReady } from './support/onboarding.ts'
import { as } from './support/people.ts'
import { faults } from './support/sandbox.ts'
import { test } from './support/test.ts'

const CLUSTER = 'dev-eu-1'

test('a quota edited by hand is told field by field, and put back when asked', async ({
  browser,
}) => {
  test.setTimeout(180_000)
  const ada = await as(browser, 'Ada Okafor')
  const name = freshName('drift')
  await fillService(ada, { name })
  await watchUntilReady(ada, await submitService(ada))
  const grace = await as(browser, 'Grace Kim')
  await grace.goto('/tenants/payments')
  await grace.getByRole('button', { name: /what is done about drift in dev/ }).click()
  await grace.getByLabel('What was changed by hand is').selectOption('report')
  await grace.getByLabel('Why').fill('to look at it first')
  await grace.screenshot({ path: 'test-results/drift-policy.png' })
  await grace.getByRole('button', { name: 'Set it' }).click()
  await expect(grace.getByText('told; repaired when somebody asks').first()).toBeVisible()
  await faults(CLUSTER, { kind: 'drift' })
  await grace.goto(`/fleet/clusters/${CLUSTER}`)
  await ada.goto(`/services/payments/${name}`)
  const drift = ada.getByRole('region', { name: 'Drift' })
  await expect(async () => {
    await grace.getByRole('button', { name: 'Look now' }).click()
    await expect(drift).toBeVisible({ timeout: 8000 })
  }).toPass({ timeout: 60_000 })
  await faults(CLUSTER)
  await expect(drift.getByText('ResourceQuota/tenant-quota')).toBeVisible()
  await expect(drift.getByText('kubectl-edit').first()).toBeVisible()
  expect(await findings(ada)).toEqual([])
  await ada.screenshot({ path: 'test-results/drift.png', fullPage: true })
  await ada.emulateMedia({ colorScheme: 'dark' })
  await ada.screenshot({ path: 'test-results/drift-dark.png', fullPage: true })
  await ada.emulateMedia({ colorScheme: 'light' })
  await ada.setViewportSize({ width: 360, height: 780 })
  const scrolls = () => document.documentElement.scrollWidth > document.documentElement.clientWidth
  expect(await ada.evaluate(scrolls)).toBe(false)
  await ada.screenshot({ path: 'test-results/drift-phone.png', fullPage: true })
  await ada.setViewportSize({ width: 1440, height: 900 })
  await drift.getByRole('button', { name: 'Repair…' }).click()
  await ada.getByLabel('Why').fill('the quota is as agreed')
  await ada.screenshot({ path: 'test-results/drift-repair.png' })
  await ada.getByRole('button', { name: 'Repair', exact: true }).click()
  await expect(drift.getByText('nothing differs')).toBeVisible({ timeout: 30_000 })
  await expect(drift.getByText(/Put right: ResourceQuota\/tenant-quota/)).toBeVisible()
  await ada.screenshot({ path: 'test-results/drift-repaired.png', fullPage: true })
  await grace.reload()
  await grace.screenshot({ path: 'test-results/drift-cluster.png', fullPage: true })
  await ada.context().close()
  await grace.context().close()
})
