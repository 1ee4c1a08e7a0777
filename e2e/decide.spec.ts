import { expect } from '@playwright/test'
import {
  decide,
  fillService,
  freshName,
  submitService,
  watchUntilReady,
} from './support/onboarding.ts'
import { as } from './support/people.ts'
import { test } from './support/test.ts'

test('a rejected request is asked for again as a new change', async ({ browser }) => {
  const [ada, ben] = await Promise.all([as(browser, 'Ada Okafor'), as(browser, 'Ben Carter')])
  await fillService(ada, { name: freshName('again'), environments: ['test'] })
  const number = await submitService(ada)
  await decide(ben, number, 'Reject', 'The name says nothing')
  await ada.goto(`/changes/${number}`)
  await expect(ada.getByText('The name says nothing').first()).toBeVisible()
  await ada.getByRole('link', { name: 'Request again' }).click()
  await expect(ada.getByText('Nothing stands in the way')).toBeVisible()
  await ada.getByLabel('Name', { exact: true }).fill(freshName('better'))
  await expect(ada.getByText('Nothing stands in the way')).toBeVisible()
  const next = await submitService(ada)
  expect(next).not.toBe(number)
  await decide(ben, next, 'Approve')
  await watchUntilReady(ada, next)
})

test('a veto ends a change of two stages though the other one is still open', async ({
  browser,
}) => {
  const [ada, ben, erik] = await Promise.all([
    as(browser, 'Ada Okafor'),
    as(browser, 'Ben Carter'),
    as(browser, 'Erik Lund'),
  ])
  await fillService(ada, { name: freshName('vetoed'), environments: ['prod'] })
  await expect(ada.getByText(/Then 2 approvals: .*Tenant owner/)).toBeVisible()
  const number = await submitService(ada)
  await ben.goto('/approvals')
  await expect(ben.getByText(`CHG-${number}`).first()).toBeVisible()
  await decide(erik, number, 'Reject', 'Not in the week of the close')
  await ada.goto(`/changes/${number}`)
  await expect(ada.getByText('Erik Lund rejected it')).toBeVisible()
  await ben.goto('/approvals')
  await expect(ben.getByRole('heading', { level: 1 })).toBeVisible()
  await expect(ben.getByText(`CHG-${number}`)).toHaveCount(0)
  await ben.goto(`/changes/${number}`)
  await expect(ben.getByRole('region', { name: 'Decision' })).toHaveCount(0)
})

test('what was sent back is edited, and only what moved is asked again', async ({ browser }) => {
  const [ada, ben] = await Promise.all([as(browser, 'Ada Okafor'), as(browser, 'Ben Carter')])
  await fillService(ada, { name: freshName('back'), environments: ['test'] })
  const number = await submitService(ada)
  await decide(ben, number, 'Request changes', 'Take the medium size')
  await ada.goto(`/changes/${number}`)
  await ada.getByRole('link', { name: 'Edit' }).first().click()
  await ada.getByRole('radio', { name: 'Medium' }).check()
  await expect(ada.getByRole('button', { name: /Submit the new revision/ })).toBeVisible()
  await ada.getByRole('button', { name: /Submit the new revision/ }).click()
  await ada.waitForURL(`**/changes/${number}`)
  await expect(ada.getByText('revision 2').first()).toBeVisible()
  await decide(ben, number, 'Approve')
  await watchUntilReady(ada, number)
})

test('the requester cannot sign their own change; a second vote on a moved plan is refused', async ({
  browser,
}) => {
  const [ben, farah, erik] = await Promise.all([
    as(browser, 'Ben Carter'),
    as(browser, 'Farah Haddad'),
    as(browser, 'Erik Lund'),
  ])
  await fillService(ben, { name: freshName('own'), environments: ['test'] })
  const number = await submitService(ben)
  await ben.goto(`/changes/${number}`)
  await expect(
    ben.getByRole('region', { name: 'Decision' }).getByRole('button', { name: 'Approve, sign' }),
  ).toHaveCount(0)
  await erik.goto(`/changes/${number}`)
  await expect(erik.getByRole('button', { name: /^Approve/, disabled: false })).toHaveCount(0)
  await decide(farah, number, 'Approve')
  await watchUntilReady(farah, number)
})

test('two approvers at the same moment: one signature starts the work once', async ({
  browser,
}) => {
  const [ada, ben, farah] = await Promise.all([
    as(browser, 'Ada Okafor'),
    as(browser, 'Ben Carter'),
    as(browser, 'Farah Haddad'),
  ])
  await fillService(ada, { name: freshName('both'), environments: ['test'] })
  const number = await submitService(ada)
  for (const page of [ben, farah]) {
    await page.goto(`/changes/${number}`)
    await page
      .getByRole('region', { name: 'Decision' })
      .getByRole('button', { name: 'Approve' })
      .click()
  }
  await Promise.all(
    [ben, farah].map((page) => page.getByRole('button', { name: /Approve, sign/ }).click()),
  )
  await watchUntilReady(ada, number)
  expect((await ada.goto(`/changes/${number}/runs/2`))?.status()).toBe(404)
})
