import { expect, type Page } from '@playwright/test'
import { firstRows, type Row } from '#sandbox/feeds/rows.ts'
import { seen } from './support/looks.ts'
import { decide, fillService, freshName, submitService } from './support/onboarding.ts'
import { as } from './support/people.ts'
import { feedRows } from './support/sandbox.ts'
import { test } from './support/test.ts'

const POLICY = freshName('On duty')
const SOURCES = '/policies?view=sources'

/** The rota as the feed has it, with these people on call for Lending's team. */
function rota(...people: string[]): Row[] {
  return firstRows().oncall.map((row) =>
    row.team === 'lending-core' ? { ...row, on_duty: people } : row,
  )
}

/** Lets the feed say so, and has it read. */
async function onDuty(grace: Page, ...people: string[]): Promise<void> {
  await feedRows('oncall', rota(...people))
  await grace.goto(SOURCES)
  const source = grace.getByRole('region', { name: 'On call', exact: true })
  const before = await source.textContent()
  await source.getByRole('button', { name: 'Read now' }).click()
  await expect(async () => {
    expect(await source.textContent()).not.toBe(before)
  })
    .toPass({ timeout: 5000 })
    .catch(() => undefined)
}

/** Decided by another administrator, and in force. */
async function agreed(hugo: Page, grace: Page): Promise<void> {
  await grace.waitForURL(/\/changes\/\d+/)
  const edit = /\/changes\/(\d+)/.exec(grace.url())?.[1] ?? ''
  await decide(hugo, edit, 'Approve')
  await expect(async () => {
    await grace.goto(`/changes/${edit}`)
    await expect(grace.getByText('Closed').first()).toBeVisible({ timeout: 1000 })
  }).toPass({ timeout: 60_000 })
}

test('a stage is decided by whoever is on call for the owning team, and by nobody while nobody is', async ({
  browser,
}) => {
  test.setTimeout(240_000)
  const [grace, hugo] = [await as(browser, 'Grace Kim'), await as(browser, 'Hugo Meyer')]
  await onDuty(grace, 'dana.silva')
  await grace.goto('/policies?view=approvals')
  await grace.getByRole('link', { name: 'New policy' }).click()
  await grace.getByLabel('Name', { exact: true }).fill(POLICY)
  await grace.getByRole('checkbox', { name: 'Lending' }).check()
  await grace.getByRole('checkbox', { name: 'test', exact: true }).check()
  const stage = grace.getByRole('region', { name: /^Stage 1/ })
  await stage.getByLabel('Stage', { exact: true }).fill('Desk on duty')
  await stage.getByLabel('Who decides').selectOption('on_call')
  await expect(
    stage.getByText('As the on-call feed says at that moment', { exact: false }),
  ).toBeVisible()
  const effect = grace.getByRole('complementary', { name: 'What it would do' })
  await effect.getByLabel('Tenant').selectOption('lending')
  await effect.getByLabel('Environment').selectOption('test')
  await expect(effect.getByText(/whoever is on call for the owning team/).first()).toBeVisible()
  await seen(grace, 'on-call-editor')
  await grace.getByLabel('Why').fill('The desk on duty agrees to what comes into test')
  await grace.getByRole('button', { name: 'Submit for approval' }).click()
  await agreed(hugo, grace)

  try {
    const chen = await as(browser, 'Chen Wei')
    await fillService(chen, { name: freshName('on-duty'), environments: ['test'] })
    const number = await submitService(chen)
    await expect(
      chen.getByText('Any one of Dana Silva (on call for lending-core)', { exact: false }),
    ).toBeVisible()
    await seen(chen, 'on-call-change')
    await onDuty(grace)
    await expect(async () => {
      await chen.goto(`/changes/${number}`)
      await expect(
        chen.getByText('Nobody may decide it now: nobody is on call for lending-core', {
          exact: false,
        }),
      ).toBeVisible({ timeout: 1000 })
    }).toPass({ timeout: 30_000 })
    await seen(chen, 'on-call-nobody')
  } finally {
    await feedRows('oncall', firstRows().oncall)
    await grace.goto('/policies?view=approvals')
    await grace.getByRole('link', { name: POLICY }).first().click()
    await grace.getByLabel(/End this policy/).check()
    await grace.getByLabel('Why').fill('The journey that made it is over')
    await grace.getByRole('button', { name: 'Submit for approval' }).click()
    await agreed(hugo, grace)
  }
})
