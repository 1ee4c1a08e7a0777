import { expect } from '@playwright/test'
import { seen } from './support/looks.ts'
import { decide, fillService, freshName, submitService } from './support/onboarding.ts'
import { as } from './support/people.ts'
import { mailsTo } from './support/sandbox.ts'
import { test } from './support/test.ts'

test('an owner has what waits mailed once a day, with links that open pages only', async ({
  browser,
}) => {
  const [ada, ben] = await Promise.all([as(browser, 'Ada Okafor'), as(browser, 'Ben Carter')])
  await ben.getByRole('button', { name: 'Account menu' }).click()
  await ben.getByRole('menuitem', { name: 'Notifications' }).click()
  await expect(ben.getByRole('heading', { name: 'Notifications' })).toBeVisible()
  await ben.getByLabel('Once a day, all together').check()
  const hour = await ben.evaluate(() => new Date().getHours())
  await ben.getByLabel('At', { exact: true }).selectOption(String(hour))
  await ben.getByRole('button', { name: 'Save' }).click()
  await expect(ben.getByText('Saved.')).toBeVisible()
  await seen(ben, 'notifications')
  await fillService(ada, { name: freshName('daily'), environments: ['test'] })
  const number = await submitService(ada)
  const mailOf = async (subject: RegExp) =>
    (await mailsTo('ben.carter')).find(
      (mail) => subject.test(mail.subject) && mail.text.includes(`/changes/${number}`),
    )
  await expect.poll(() => mailOf(/wait(s)? for you$/), { timeout: 90_000 }).toBeTruthy()
  const digest = await mailOf(/wait(s)? for you$/)
  expect(digest?.text).toContain(`CHG-${number} `)
  expect(await mailOf(/^CHG-/)).toBeUndefined()
  await ben.goto(new URL(/http\S+\/changes\/\d+/.exec(digest?.text ?? '')?.[0] ?? '').pathname)
  await expect(ben.getByText('Awaiting approval').first()).toBeVisible()
  await ben.goto('/settings/notifications')
  await ben.getByLabel('Each at once').check()
  await ben.getByRole('button', { name: 'Save' }).click()
  await expect(ben.getByText('Saved.')).toBeVisible()
  await decide(ben, number, 'Reject', 'Not now')
})
