import { expect } from '@playwright/test'
import { asOwner } from './support/database.ts'
import { seen } from './support/looks.ts'
import { decide, fillService, freshName, submitService } from './support/onboarding.ts'
import { as } from './support/people.ts'
import { test } from './support/test.ts'

/** CPU that Payments may have in the environment test, as an administrator would set it; answers what it was. */
async function quotaInTest(cpu: number): Promise<number> {
  const where = `environment = 'test' and tenant_id = (select id from tenant where slug = 'payments')`
  const was = await asOwner<{ cpu_milli: string }>(
    `select cpu_milli from tenant_quota where ${where}`,
  )
  await asOwner(`update tenant_quota set cpu_milli = $1 where ${where}`, [cpu])
  return Number(was[0]?.cpu_milli)
}

test('a check that fails is asked to be waived, granted by a second person, and seen by approver and auditor', async ({
  browser,
}) => {
  test.setTimeout(240_000)
  const ada = await as(browser, 'Ada Okafor')
  const name = freshName('waived')
  await fillService(ada, { name, environments: ['test'] })
  const was = await quotaInTest(0)
  await ada.getByLabel('Name', { exact: true }).fill(`${name}x`)
  const checks = ada.getByRole('region', { name: 'Entitlement checks' })
  await expect(checks.getByText(/instances left/)).toBeVisible()
  await seen(ada, 'waiver-asked-where')
  await checks.getByRole('button', { name: 'Ask for a waiver…' }).click()
  await ada.getByLabel('Why').fill('The quota is raised on Monday; finance has agreed')
  await seen(ada, 'waiver-asking')
  await ada.getByRole('button', { name: 'Ask', exact: true }).click()
  await expect(checks.getByText(/Ada Okafor asks to waive it/)).toBeVisible()

  const ben = await as(browser, 'Ben Carter')
  await ben.goto('/waivers')
  await expect(ben.getByText('The quota is raised on Monday')).toBeVisible()
  await expect(ben.getByRole('button', { name: 'Grant' })).toHaveCount(0)

  const grace = await as(browser, 'Grace Kim')
  await grace.getByRole('link', { name: /Waivers/ }).click()
  await seen(grace, 'waivers-waiting')
  await grace.getByRole('button', { name: 'Grant' }).click()
  await expect(grace.getByText(/Granted by Grace Kim/)).toBeVisible()

  await ada.reload()
  await expect(checks.getByText(/Waived by Grace Kim/)).toBeVisible()
  const number = await submitService(ada)

  await ben.goto(`/changes/${number}`)
  await expect(ben.getByText(/Waived by Grace Kim until/)).toBeVisible()
  await expect(ben.getByText(/Grace Kim, who granted a waiver/)).toBeVisible()
  await seen(ben, 'waiver-approver')
  await decide(ben, number, 'Approve')

  const iris = await as(browser, 'Iris Novak')
  await iris.goto('/audit/reports/check-waivers')
  await expect(iris.getByRole('row', { name: new RegExp(`${name}x`) })).toContainText('in force')
  await seen(iris, 'waiver-report')
  await grace.goto('/waivers')
  await expect(grace.getByText('1 revision leaned on it')).toBeVisible()
  await seen(grace, 'waivers-in-force')

  await ben.goto('/why?tenant=payments&person=ada.okafor&environment=test&cluster=test-eu-1')
  await expect(ben.getByText('Ada Okafor cannot onboard this in Payments')).toBeVisible()
  await expect(ben.getByText(/platform-admins: Grace Kim, Hugo Meyer/).first()).toBeVisible()
  await seen(ben, 'why')
  await quotaInTest(was)
  for (const page of [ada, ben, grace, iris]) await page.context().close()
})
