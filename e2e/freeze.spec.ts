import { expect, type Page } from '@playwright/test'
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

/** A clock's face in UTC, hours from now. */
const face = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString().slice(0, 16)

const name = freshName('freeze')
const holding = freshName('holding')

/** A freeze that a failed journey left in force would hold the changes of every later one. */
test.afterAll(async ({ browser }) => {
  const grace = await as(browser, 'Grace Kim')
  await grace.goto('/calendar')
  for (const each of [name, holding]) {
    const left = grace.getByRole('region', { name: each }).getByRole('button', { name: 'End…' })
    if (!(await left.isVisible())) continue
    await left.click()
    await grace.getByRole('dialog').getByLabel('Why').fill('The journey that made it is over')
    await grace.getByRole('button', { name: 'End the freeze' }).click()
    await expect(left).toHaveCount(0)
  }
  await grace.context().close()
})

test('a freeze is looked at, saved, holds a change, and lets it start when it is ended', async ({
  browser,
}) => {
  test.setTimeout(240_000)
  const grace = await as(browser, 'Grace Kim')
  await grace.goto('/calendar')
  await grace.getByRole('link', { name: 'New freeze' }).click()
  await grace.getByLabel('Name').fill(name)
  await grace.getByLabel('Why').fill('The books of payments are being closed')
  await grace.getByLabel('Answers for it').fill('Change Board EU')
  await grace.getByLabel('dev', { exact: true }).check()
  await grace.getByLabel('Tenants').fill('payments')
  await grace.getByLabel('Begins').fill(face(-1))
  await grace.getByLabel('By the clocks of').fill('UTC')
  await grace.getByLabel('Repeats').selectOption({ label: 'By a rule of its own…' })
  await grace.getByLabel('Rule', { exact: true }).fill('FREQ=HOURLY')
  await grace.getByRole('button', { name: 'Show what it does' }).click()
  await expect(grace.getByText('The repetition cannot be taken: FREQ=HOURLY.')).toBeVisible()
  await expect(grace.getByRole('button', { name: 'Save the freeze' })).toHaveCount(0)
  await grace.getByLabel('Rule', { exact: true }).fill('FREQ=MONTHLY')
  await grace.getByRole('button', { name: 'Show what it does' }).click()
  await expect(grace.getByRole('heading', { name: 'Next 5 times, UTC' })).toBeVisible()
  await seen(grace, 'freeze-preview')
  await grace.getByRole('button', { name: 'Save the freeze' }).click()
  const entry = grace.getByRole('region', { name })
  await expect(entry.getByText('holds now')).toBeVisible()

  const ada = await as(browser, 'Ada Okafor')
  const service = freshName('frozen')
  await fillService(ada, { name: service })
  const number = await submitService(ada)
  await ada.goto(`/changes/${number}`)
  await expect(ada.getByText(`Held by ${name} until`)).toBeVisible({ timeout: 30_000 })
  await seen(ada, 'freeze-held')
  await ada.goto('/calendar')
  await expect(ada.getByRole('region', { name }).getByText(/^\d+ changes?$/)).toBeVisible()
  await expect(ada.getByRole('link', { name: 'New freeze' })).toHaveCount(0)

  await grace.reload()
  await seen(grace, 'freeze-calendar')
  const file = grace.waitForEvent('download')
  await grace.getByRole('link', { name: 'Export .ics' }).click()
  expect((await file).suggestedFilename()).toBe('stairway-freezes.ics')
  await entry.getByRole('button', { name: 'End…' }).click()
  await expect(grace.getByText(/that it holds will start at once/)).toBeVisible()
  await grace.getByRole('dialog').getByLabel('Why').fill('The books closed early this time')
  await grace.getByRole('button', { name: 'End the freeze' }).click()
  await expect(entry).toHaveCount(0)
  await watchUntilReady(ada, number)
  await ada.goto(`/changes/${number}`)
  await expect(ada.getByText(/Blocked: held by the freeze/)).toBeVisible()
  await grace.context().close()
  await ada.context().close()
})

/** Saves a restricted freeze over dev of payments that holds Flux, having seen what it does. */
async function saveHolding(grace: Page): Promise<void> {
  await grace.goto('/calendar/freezes/new')
  await grace.getByLabel('Name').fill(holding)
  await grace.getByRole('radio', { name: /^Restricted/ }).check()
  await grace.getByLabel('Lets changes through').fill('nobody-at-all')
  await grace.getByLabel('Flux is suspended too, while it holds').check()
  await grace.getByLabel('Why').fill('The books of payments are being closed')
  await grace.getByLabel('Answers for it').fill('Change Board EU')
  await grace.getByLabel('dev', { exact: true }).check()
  await grace.getByLabel('Tenants').fill('payments')
  await grace.getByLabel('Begins').fill(face(-1))
  await grace.getByLabel('By the clocks of').fill('UTC')
  await grace.getByRole('button', { name: 'Show what it does' }).click()
  await expect(
    grace.getByText(/Flux objects? on \d+ clusters? (is|are) suspended at once/),
  ).toBeVisible()
  await seen(grace, 'freeze-flux-preview')
  await grace.getByRole('button', { name: 'Save the freeze' }).click()
  await expect(grace.getByText('No group is called nobody-at-all')).toBeVisible()
  await grace.getByLabel('Lets changes through').fill('platform-admins')
  await grace.getByRole('button', { name: 'Show what it does' }).click()
  await grace.getByRole('button', { name: 'Save the freeze' }).click()
}

test('a restricted freeze suspends Flux, and resumes what it suspended; its group lets one change through', async ({
  browser,
}) => {
  test.setTimeout(300_000)
  const [ada, grace, hugo] = await Promise.all([
    as(browser, 'Ada Okafor'),
    as(browser, 'Grace Kim'),
    as(browser, 'Hugo Meyer'),
  ])
  const running = freshName('gitops')
  await fillService(ada, { name: running })
  await watchUntilReady(ada, await submitService(ada))
  await saveHolding(grace)
  const entry = grace.getByRole('region', { name: holding })
  await expect(entry.getByText('holds now')).toBeVisible()
  await ada.goto(`/services/payments/${running}`)
  await expect(ada.getByText(`Suspended by the freeze ${holding} until`)).toBeVisible({
    timeout: 30_000,
  })
  await expect(ada.getByText(/^1 of 1 object\./)).toBeVisible({ timeout: 30_000 })
  await expect(ada.getByText('Suspended, 0 of 1 Ready')).toBeVisible({ timeout: 60_000 })
  await seen(ada, 'freeze-flux-service')
  await grace.reload()
  await expect(entry.getByText(/^suspended: (\d+) of \1 objects?$/)).toBeVisible()
  await seen(grace, 'freeze-flux-calendar')

  await fillService(ada, { name: freshName('passage') })
  const number = await submitService(ada)
  await ada.goto(`/changes/${number}`)
  await expect(ada.getByText(`Held by ${holding} until`)).toBeVisible({ timeout: 30_000 })
  await seen(ada, 'freeze-passage-held')
  await hugo.goto('/approvals')
  await expect(hugo.getByText(`Let through: ${holding}`).first()).toBeVisible()
  await hugo.goto(`/changes/${number}`)
  await seen(hugo, 'freeze-passage-asked')
  await decide(hugo, number, 'Approve', 'It carries what the close itself waits for')
  await watchUntilReady(ada, number)

  await grace.goto('/calendar')
  await entry.getByRole('button', { name: 'End…' }).click()
  await grace.getByRole('dialog').getByLabel('Why').fill('The books closed early this time')
  await grace.getByRole('button', { name: 'End the freeze' }).click()
  await expect(entry).toHaveCount(0)
  await ada.goto(`/services/payments/${running}`)
  await expect(ada.getByText('1 of 1 Ready')).toBeVisible({ timeout: 60_000 })
  await expect(ada.getByText(/Suspended by the freeze/)).toHaveCount(0)
  for (const page of [ada, grace, hugo]) await page.context().close()
})

test('a requester says when a change may run, from the times that are free', async ({
  browser,
}) => {
  test.setTimeout(180_000)
  const ada = await as(browser, 'Ada Okafor')
  await fillService(ada, { name: freshName('window'), environments: ['test'] })
  const number = await submitService(ada)
  await ada.goto(`/changes/${number}`)
  await ada.getByRole('button', { name: 'Set window…' }).click()
  const dialog = ada.getByRole('dialog')
  await expect(dialog.getByText('Free of freezes')).toBeVisible()
  await dialog.getByLabel('Not before').fill('2020-01-01T00:00')
  await dialog.getByLabel('Not after').fill('2020-01-02T00:00')
  await dialog.getByRole('button', { name: 'Set the window' }).click()
  await expect(dialog.getByText('The window is over already.')).toBeVisible()
  await dialog.getByRole('button', { name: 'Take it' }).first().click()
  await dialog
    .getByLabel('Not before')
    .fill(`${new Date(Date.now() + 86_400_000).toISOString().slice(0, 10)}T22:00`)
  await seen(ada, 'window-dialog')
  await dialog.getByRole('button', { name: 'Set the window' }).click()
  await expect(ada.getByText(/^Not before .* 22:00/)).toBeVisible()
  await seen(ada, 'window-set')
  await ada.context().close()
})
