import { expect } from '@playwright/test'
import {
  decide,
  fillService,
  freshName,
  submitService,
  untilReady,
  watchUntilReady,
} from './support/onboarding.ts'
import { as, throughTheDoor } from './support/people.ts'
import { mailsTo, pidOf } from './support/sandbox.ts'
import { test } from './support/test.ts'

test('a developer onboards into development and Flux reports Ready', async ({ browser }) => {
  const ada = await throughTheDoor(browser, 'Ada Okafor')
  const name = freshName('first')
  await fillService(ada, { name })
  const number = await submitService(ada)
  await watchUntilReady(ada, number)
  await ada.goto(`/services/payments/${name}`)
  await expect(ada.getByRole('heading', { name, level: 1 })).toBeVisible()
  await expect(ada.getByText('Ready').first()).toBeVisible()
  await expect
    .poll(async () =>
      (await mailsTo('ada.okafor')).some(({ text }) => text.includes(`/changes/${number}`)),
    )
    .toBe(true)
})

test('production is signed off by the owner and by change control, then runs to Ready', async ({
  browser,
}) => {
  const [ada, ben, erik] = await Promise.all([
    as(browser, 'Ada Okafor'),
    as(browser, 'Ben Carter'),
    as(browser, 'Erik Lund'),
  ])
  const name = freshName('prod')
  await fillService(ada, { name, environments: ['prod'] })
  await expect(ada.getByText(/Then 2 approvals: .*Tenant owner/)).toBeVisible()
  const number = await submitService(ada)
  await decide(ben, number, 'Approve')
  await erik.goto('/approvals')
  await expect(erik.getByText(`CHG-${number}`).first()).toBeVisible()
  await decide(erik, number, 'Approve', 'Window agreed')
  await watchUntilReady(ada, number)
})

test('a worker killed in the middle is replaced, and the run ends all the same', async ({
  browser,
}) => {
  const ada = await as(browser, 'Ada Okafor')
  await fillService(ada, { name: freshName('killed') })
  const number = await submitService(ada)
  process.kill(pidOf('worker'), 'SIGKILL')
  await ada.goto(`/changes/${number}`)
  await expect(ada.getByRole('link', { name: 'Watch the run' })).toBeVisible({ timeout: 30_000 })
  await watchUntilReady(ada, number)
})

test('a run page that was open from the first second shows it all without a reload', async ({
  browser,
}) => {
  const ada = await as(browser, 'Ada Okafor')
  await fillService(ada, { name: freshName('live') })
  await submitService(ada)
  await ada.getByRole('link', { name: 'Watch the run' }).click()
  await untilReady(ada)
})
