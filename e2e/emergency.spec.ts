import { expect } from '@playwright/test'
import { asOwner } from './support/database.ts'
import { seen } from './support/looks.ts'
import {
  decide,
  fillService,
  freshName,
  submitService,
  watchUntilReady,
} from './support/onboarding.ts'
import { as } from './support/people.ts'
import { test } from './support/test.ts'

/** Lets the time for the review of a change be over. */
async function reviewIsLate(number: string): Promise<void> {
  await asOwner(
    `update emergency_review set due_at = now() - interval '1 second' where change_id = (select id from change where number = $1)`,
    [number],
  )
}

test('an emergency is decided on call, runs, is reviewed too late, and suspends what is pre-authorised meanwhile', async ({
  browser,
}) => {
  test.setTimeout(300_000)
  const ada = await as(browser, 'Ada Okafor')
  await fillService(ada, { name: freshName('urgent'), environments: ['test'] })
  await ada.getByText('Emergency', { exact: true }).click()
  await ada.getByLabel('Incident').fill('INC0012345')
  await ada.getByLabel('Why it cannot wait').fill('Payments stand still since 9:40')
  await expect(ada.getByText(/Then 1 approval: On call/)).toBeVisible()
  await seen(ada, 'emergency-asking')
  const number = await submitService(ada)
  await expect(ada.getByText('Emergency change for INC0012345')).toBeVisible()
  await expect(ada.getByText('INC0012345: Payments stand still since 9:40')).toBeVisible()

  const ben = await as(browser, 'Ben Carter')
  await ben.goto('/approvals')
  await expect(ben.getByText('Emergency', { exact: true }).first()).toBeVisible()
  await seen(ben, 'emergency-inbox')
  await decide(ben, number, 'Approve', 'On call; the plan is what the incident asks for')
  await watchUntilReady(ada, number)
  await expect(async () => {
    await ada.goto(`/changes/${number}`)
    await expect(ada.getByText('Review due').first()).toBeVisible({ timeout: 2000 })
  }).toPass({ timeout: 30_000 })

  await reviewIsLate(number)
  await expect(async () => {
    await ada.goto(`/changes/${number}`)
    await expect(ada.getByText('Review overdue').first()).toBeVisible({ timeout: 2000 })
  }).toPass({ timeout: 90_000 })
  await seen(ada, 'emergency-overdue')

  await fillService(ada, { name: freshName('suspended'), environments: ['dev'] })
  await expect(ada.getByText(/Not pre-authorised: the review of the emergency/)).toBeVisible()
  await submitService(ada)
  await expect(ada.getByText('Normal change')).toBeVisible()
  const why = ada.getByText(/Awaiting approval: not pre-authorised: the review of the emergency/)
  await expect(why).toBeVisible()

  const hugo = await as(browser, 'Hugo Meyer')
  await hugo.goto(`/changes/${number}`)
  await hugo.getByRole('button', { name: 'Review…' }).click()
  await hugo.getByLabel('What happened').fill('A queue was full; the new service drained it')
  await hugo.getByRole('button', { name: 'Close with this review' }).click()
  await expect(hugo.getByText('The review lacks an answer.')).toBeVisible()
  await hugo.getByText('Yes', { exact: true }).click()
  await hugo.getByText('Successful', { exact: true }).click()
  await seen(hugo, 'emergency-reviewing')
  await hugo.getByRole('button', { name: 'Close with this review' }).click()
  await expect(hugo.getByText('Closed, successful').first()).toBeVisible()

  const iris = await as(browser, 'Iris Novak')
  await iris.goto('/audit/reports/emergency-changes')
  await expect(iris.getByRole('row', { name: new RegExp(`CHG-${number}`) })).toContainText('late')
  await seen(iris, 'emergency-report')
  for (const page of [ada, ben, hugo, iris]) await page.context().close()
})
