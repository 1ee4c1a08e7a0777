import { expect } from '@playwright/test'
import { seen } from './support/looks.ts'
import { fillService, freshName, submitService, untilReady } from './support/onboarding.ts'
import { as } from './support/people.ts'
import { test } from './support/test.ts'

test('an auditor asks what ran without approval, takes a report away, and sees access as it stood on a day', async ({
  browser,
}) => {
  const ada = await as(browser, 'Ada Okafor')
  await fillService(ada, { name: freshName('audited') })
  const number = await submitService(ada)
  await ada.goto(`/changes/${number}/runs/1`)
  await untilReady(ada)

  const iris = await as(browser, 'Iris Novak')
  await iris.goto('/audit')
  await iris.getByRole('link', { name: 'Reports' }).click()
  const duties = iris.getByRole('row', { name: /Segregation of duties/ })
  await expect(duties).toContainText('None')
  await seen(iris, 'reports')
  await iris.getByRole('link', { name: 'Pre-authorised changes' }).click()
  const row = iris.getByRole('row', { name: new RegExp(`CHG-${number}\\b`) })
  await expect(row).toContainText('Ada Okafor')
  const download = iris.waitForEvent('download')
  await iris.getByRole('link', { name: 'Export CSV' }).click()
  const file = await (await download).createReadStream()
  const text = await new Response(file as unknown as BodyInit).text()
  expect(text).toContain(`CHG-${number},payments,`)

  await iris.goto('/audit/reports/access')
  await expect(iris.getByRole('row', { name: /Iris Novak/ }).first()).toBeVisible()
  await seen(iris, 'report-access')
  await iris.getByLabel('At the end of').fill('2020-01-01')
  await iris.getByRole('button', { name: 'Show' }).click()
  await expect(iris.getByText('None.')).toBeVisible()
  expect(iris.url()).toContain('day=2020-01-01')
  for (const page of [ada, iris]) await page.context().close()
})
