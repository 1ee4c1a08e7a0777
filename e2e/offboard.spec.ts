import { expect } from '@playwright/test'
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

test('a service is offboarded: its plan read, its name typed, approved, cleared, kept in quarantine, gone', async ({
  browser,
}) => {
  test.setTimeout(240_000)
  const [ada, ben] = await Promise.all([as(browser, 'Ada Okafor'), as(browser, 'Ben Carter')])
  const name = freshName('leave')
  await fillService(ada, { name })
  await watchUntilReady(ada, await submitService(ada))
  await ada.goto(`/services/payments/${name}`)
  await ada.getByRole('link', { name: 'Offboard…' }).click()
  await expect(ada.getByRole('heading', { name: `Offboard ${name}` })).toBeVisible()
  await ada.getByRole('radio', { name: /Leave them running/ }).check()
  await ada.waitForURL('**workloads=orphan')
  await ada.getByRole('radio', { name: /Delete them/ }).check()
  await ada.waitForURL('**workloads=prune')
  await seen(ada, 'offboard-form')
  await ada.getByLabel('Why').fill('nobody calls it any more')
  await ada.getByLabel(`Type ${name} to confirm`).fill('something else')
  await ada.getByRole('button', { name: 'Submit for approval' }).click()
  await expect(ada.getByText('That is not its name.')).toBeVisible()
  await ada.getByLabel(`Type ${name} to confirm`).fill(name)
  await ada.getByRole('button', { name: 'Submit for approval' }).click()
  await ada.waitForURL(/\/changes\/\d+$/)
  const number = /\/changes\/(\d+)/.exec(ada.url())?.[1] ?? ''
  await expect(ada.getByText('Awaiting approval').first()).toBeVisible()
  await seen(ada, 'offboard-change')
  await decide(ben, number, 'Approve')
  await ada.goto(`/changes/${number}/runs/1`)
  await expect(ada.getByText(/quarantine until/).first()).toBeVisible({ timeout: 60_000 })
  await seen(ada, 'offboard-run')
  await ben.goto(`/services/payments/${name}`)
  await expect(ben.getByText('being offboarded')).toBeVisible()
  await expect(ben.getByRole('link', { name: 'Offboard…' })).toBeHidden()
  await expect(ada.getByText('Done, the service is offboarded').first()).toBeVisible({
    timeout: 120_000,
  })
  await seen(ada, 'offboard-done')
  expect((await ada.goto(`/services/payments/${name}`))?.status()).toBe(404)
  await ada.context().close()
  await ben.context().close()
})
