import { expect } from '@playwright/test'
import { seen } from './support/looks.ts'
import { decide, freshName } from './support/onboarding.ts'
import { as } from './support/people.ts'
import { test } from './support/test.ts'

const name = freshName('Sites for Lending')

test('what is pre-authorised is written by one administrator, decided by another, and stands with its record', async ({
  browser,
}) => {
  test.setTimeout(120_000)
  const grace = await as(browser, 'Grace Kim')
  await grace.goto('/policies?view=standard')
  await seen(grace, 'standards')
  await grace.getByRole('link', { name: 'New standard' }).click()
  await grace.getByLabel('Name').fill(name)
  await grace.getByLabel('Answers for it').selectOption('lending-core')
  for (const template of await grace
    .getByRole('group', { name: 'Templates' })
    .getByRole('checkbox')
    .all())
    await template.setChecked(false)
  await grace.getByRole('checkbox', { name: 'Static site' }).check()
  await grace.getByRole('checkbox', { name: 'Lending' }).check()
  const effect = grace.getByRole('complementary', { name: 'What it would do' })
  await expect(effect.getByText('asks nobody where somebody was asked')).toBeVisible()
  await expect(effect.getByText(/Decided by: Second administrator/)).toBeVisible()
  await grace.getByLabel('Why').fill('Pages of Lending are all alike')
  await seen(grace, 'standard-editor')
  await grace.getByRole('button', { name: 'Submit for approval' }).click()
  await grace.waitForURL(/\/changes\/\d+/)
  const number = /\/changes\/(\d+)/.exec(grace.url())?.[1] ?? ''
  const hugo = await as(browser, 'Hugo Meyer')
  await decide(hugo, number, 'Approve')
  await hugo.goto('/policies?view=standard')
  const own = hugo.getByRole('region', { name })
  await expect
    .poll(
      async () => {
        await hugo.reload()
        return own.getByText('In force', { exact: true }).count()
      },
      { timeout: 20_000 },
    )
    .toBe(1)
  await expect(own.getByText('lending-core')).toBeVisible()
  await expect(own.getByText('nothing has ended yet since it is in force')).toBeVisible()
  await own.getByRole('link', { name: 'Edit' }).click()
  await expect(hugo.getByText('It says what the version in force says.')).toBeVisible()
})
