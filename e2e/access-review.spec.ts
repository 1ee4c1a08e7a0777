import { expect, type Page } from '@playwright/test'
import { asOwner } from './support/database.ts'
import { seen } from './support/looks.ts'
import { fillService, freshName, submitService, watchUntilReady } from './support/onboarding.ts'
import { as } from './support/people.ts'
import { test } from './support/test.ts'

const PAYMENTS = `tenant_id = (select id from tenant where slug = 'payments')`

async function keepBoth(page: Page, picture?: string): Promise<void> {
  for (const grant of ['developer, payments-developers', 'owner, payments-owners'])
    await page.getByRole('checkbox', { name: `${grant}: shall stay` }).check()
  await page.getByRole('button', { name: 'Keep 2 grants…' }).click()
  const dialog = page.getByRole('dialog')
  await expect(dialog.getByText('Ben Carter, Farah Haddad')).toBeVisible()
  if (picture) await seen(page, picture)
  await dialog.getByRole('button', { name: 'Keep them' }).click()
  await expect(dialog).toBeHidden()
}

test('access that nobody reviewed stops requests; two owners keep it, and they go on', async ({
  browser,
}) => {
  test.setTimeout(240_000)
  const [ada, ben, farah] = await Promise.all([
    as(browser, 'Ada Okafor'),
    as(browser, 'Ben Carter'),
    as(browser, 'Farah Haddad'),
  ])
  await fillService(ada, { name: freshName('reviewed') })
  await asOwner(`update membership set granted_at = now() - interval '200 days' where ${PAYMENTS}`)
  await ada.getByLabel('Name', { exact: true }).fill(freshName('reviewed'))
  const checks = ada.getByRole('region', { name: 'Entitlement checks' })
  await expect(checks.getByText(/nobody reviewed in time, in payments/)).toBeVisible()
  await seen(ada, 'access-check')

  const iris = await as(browser, 'Iris Novak')
  await iris.goto('/audit/reports/unrecertified-access')
  await expect(iris.getByRole('row', { name: /payments-owners/ })).toBeVisible()
  await seen(iris, 'access-report')

  await ben.reload()
  await ben
    .getByRole('navigation', { name: 'Main' })
    .getByRole('link', { name: /^Access/ })
    .click()
  await expect(ben.getByRole('row', { name: /Payments.*Lapsed/ })).toBeVisible()
  await seen(ben, 'access-tenants')
  await ben.getByRole('link', { name: 'Payments' }).click()
  await expect(ben.getByRole('heading', { name: 'Access of Payments' })).toBeVisible()
  await seen(ben, 'access-lapsed')
  await keepBoth(ben, 'access-keeping')
  await expect(ben.getByText('kept by you; another one confirms it')).toHaveCount(2)

  await farah.goto('/access/payments')
  await expect(farah.getByText('kept by Ben Carter; your word confirms it')).toHaveCount(2)
  await seen(farah, 'access-confirming')
  await keepBoth(farah)
  await expect(farah.getByText('All in date')).toBeVisible()
  await expect(farah.getByText('Ben Carter, confirmed by Farah Haddad')).toHaveCount(2)
  await seen(farah, 'access-kept')

  await ada.getByLabel('Name', { exact: true }).fill(freshName('reviewed'))
  await expect(ada.getByText('Nothing stands in the way')).toBeVisible()
  await expect(checks.getByText(/nobody reviewed in time/)).toHaveCount(0)
})

test('a grant is taken away with a reason; an administrator sees who is late and sets the schedule', async ({
  browser,
}) => {
  await asOwner(
    `insert into membership (tenant_id, principal_id, role, reason, added_by) select t.id, p.id, 'auditor', 'Review of 2026', 'sys:test' from tenant t, person p where t.slug = 'payments' and p.user_name = 'chen.wei'`,
  )
  const ben = await as(browser, 'Ben Carter')
  await ben.goto('/access/payments')
  await ben.getByRole('button', { name: /^Remove auditor, Chen Wei/ }).click()
  await seen(ben, 'access-removing')
  await ben.getByLabel('Why').fill('The review is over')
  await ben.getByRole('button', { name: 'Remove it now' }).click()
  await expect(ben.getByRole('row', { name: /Chen Wei/ })).toHaveCount(0)

  const grace = await as(browser, 'Grace Kim')
  await grace.goto('/tenants')
  await expect(grace.getByRole('columnheader', { name: 'Access overdue' })).toBeVisible()
  await grace.goto('/access/platform')
  await expect(grace.getByRole('row', { name: /platform-admins/ })).toBeVisible()
  await seen(grace, 'access-platform')
  await grace.goto('/access/lending')
  await expect(grace.getByText('you do not attest here')).toBeVisible()
  await grace.getByRole('button', { name: 'Change the schedule…' }).click()
  await grace.getByLabel('Days between two reviews').fill('90')
  await grace.getByLabel('Why').fill('Lending is reviewed each quarter')
  await grace.getByRole('button', { name: 'Set it' }).click()
  await expect(grace.getByText(/Every 90 days an owner/)).toBeVisible()
})

test('a service whose team shrinks says so until the team is staffed again', async ({
  browser,
}) => {
  test.setTimeout(180_000)
  const ada = await as(browser, 'Ada Okafor')
  const name = freshName('owned')
  await fillService(ada, { name })
  await watchUntilReady(ada, await submitService(ada))
  const until = (at: string) =>
    asOwner(
      `update group_member set expires_at = ${at} where person_id = (select id from person where user_name = 'ben.carter') and group_id = (select id from directory_group where name = 'payments-core')`,
    )
  await until(`now() - interval '1 minute'`)
  try {
    await ada.goto(`/services/payments/${name}`)
    await expect(ada.getByText(/Ada Okafor alone is left in payments-core/)).toBeVisible()
    await seen(ada, 'owner-needed')
    await ada.goto('/services?view=unowned')
    await expect(ada.getByRole('row', { name: new RegExp(name) })).toContainText('one person left')
    await seen(ada, 'owner-needed-list')
  } finally {
    await until('null')
  }
  await ada.reload()
  await expect(ada.getByText('No service needs an owner.')).toBeVisible()
})
