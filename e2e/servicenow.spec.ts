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
import { serviceNow, serviceNowChanges, serviceNowFaults } from './support/sandbox.ts'
import { test } from './support/test.ts'

const PAGE = '/tenants/payments/servicenow'

async function save(grace: Page, mode: 'Off' | 'Mirror' | 'Gate', why: string): Promise<void> {
  await grace.getByRole('radio', { name: mode }).check()
  await grace.getByLabel('Why').fill(why)
  await grace.getByRole('button', { name: 'Save' }).click()
  await expect(grace.getByText('Saved.')).toBeVisible()
}

/** A gate that a failed journey left would hold the changes of every later one. */
test.afterAll(async ({ browser }) => {
  await serviceNowFaults()
  const grace = await as(browser, 'Grace Kim')
  await grace.goto(PAGE)
  if (await grace.getByRole('heading', { name: 'Change it' }).isVisible())
    await save(grace, 'Off', 'The journey that set it is over')
  await grace.context().close()
})

/** Sets the gate, past an address that the worker may not call, and tries it. */
async function setGate(grace: Page): Promise<void> {
  await grace.goto('/tenants/payments')
  await grace.getByRole('link', { name: 'Set and look' }).click()
  await expect(grace.getByText('ServiceNow is off for this tenant.')).toBeVisible()
  const { instance, user, secret } = serviceNow()
  await grace.getByRole('radio', { name: 'Gate' }).check()
  await grace.getByLabel('Instance').fill('https://elsewhere.service-now.example')
  await grace.getByRole('textbox', { name: 'User' }).fill(user)
  await grace.getByRole('textbox', { name: 'Password' }).fill(secret)
  await grace.getByLabel('Assignment group').fill('Platform')
  await grace.getByLabel('Why').fill('The bank keeps its changes there')
  await grace.getByRole('button', { name: 'Save' }).click()
  await expect(grace.getByText('The worker may not call https://elsewhere')).toBeVisible()
  await seen(grace, 'servicenow-form')
  await grace.getByLabel('Instance').fill(instance)
  await grace.getByRole('button', { name: 'Save' }).click()
  await expect(grace.getByText('Saved.')).toBeVisible()
  await grace.getByRole('button', { name: 'Test the connection' }).click()
  await expect(grace.getByText(/It works: it answers for changes/)).toBeVisible({ timeout: 30_000 })
}

test('an administrator lets ServiceNow gate a tenant; a change approved here waits, is approved there, runs, and is closed there', async ({
  browser,
}) => {
  test.setTimeout(300_000)
  const grace = await as(browser, 'Grace Kim')
  await setGate(grace)

  const ada = await as(browser, 'Ada Okafor')
  const name = freshName('gated')
  await fillService(ada, { name, environments: ['test'] })
  const number = await submitService(ada)
  await expect
    .poll(async () => (await serviceNowChanges(name))[0]?.state, { timeout: 30_000 })
    .toBe('-5')
  const farah = await as(browser, 'Farah Haddad')
  await decide(farah, number, 'Approve')
  const chg = (await serviceNowChanges(name))[0]?.number ?? ''
  // a page that waits for votes does not look again by itself
  await expect(async () => {
    await ada.goto(`/changes/${number}`)
    await expect(ada.getByText(`Waits for ServiceNow ${chg}, Assess`)).toBeVisible()
  }).toPass({ timeout: 60_000 })
  await seen(ada, 'servicenow-waits')

  const nora = await (await browser.newContext()).newPage()
  await nora.goto((await ada.getByRole('link', { name: `Open ${chg}` }).getAttribute('href')) ?? '')
  await expect(nora.getByRole('heading', { name: chg })).toBeVisible()
  await nora.getByLabel('Comment, as nora.field').fill('Is the window agreed with the desk?')
  await nora.getByRole('button', { name: 'Comment' }).click()
  await nora.getByRole('button', { name: 'Approve' }).click()
  await expect(ada.getByText(`Waits for ServiceNow ${chg}, Authorize`)).toBeVisible({
    timeout: 40_000,
  })
  await expect(ada.getByText('Is the window agreed with the desk?')).toBeVisible()

  await serviceNowFaults({ kind: 'down' })
  await nora.getByRole('button', { name: 'Approve' }).click()
  await expect(nora.getByText('Scheduled', { exact: true })).toBeVisible()
  await expect(ada.getByText('ServiceNow does not answer as it should')).toBeVisible({
    timeout: 60_000,
  })
  await grace.reload()
  await expect(grace.getByText('ServiceNow does not answer as it should')).toBeVisible()
  await seen(grace, 'servicenow-down')
  await seen(ada, 'servicenow-down-change')
  await serviceNowFaults()
  await grace.getByRole('button', { name: 'Test the connection' }).click()
  await watchUntilReady(ada, number)
  await expect
    .poll(
      async () =>
        (await serviceNowChanges(name)).map(({ state, close_code }) => `${state} ${close_code}`),
      {
        timeout: 60_000,
      },
    )
    .toEqual(['3 successful'])
  await ada.goto(`/changes/${number}`)
  await expect(ada.getByText(new RegExp(`${chg}, Closed`))).toBeVisible({ timeout: 30_000 })
  await seen(ada, 'servicenow-closed')
  await grace.reload()
  await seen(grace, 'servicenow-setting')

  const iris = await as(browser, 'Iris Novak')
  await iris.goto(PAGE)
  await expect(iris.getByText('Up to date')).toBeVisible()
  await expect(iris.getByRole('button', { name: 'Save' })).toHaveCount(0)
  for (const page of [grace, ada, farah, nora, iris]) await page.context().close()
})
