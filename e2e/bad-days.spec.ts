import { expect } from '@playwright/test'
import {
  fillService,
  freshName,
  submitService,
  untilReady,
  watchUntilReady,
} from './support/onboarding.ts'
import { as } from './support/people.ts'
import { faults, setActive } from './support/sandbox.ts'
import { test } from './support/test.ts'

test('a cluster that refuses us holds up no other; when it is mended a retry finishes the run', async ({
  browser,
}) => {
  const ada = await as(browser, 'Ada Okafor')
  await fillService(ada, { name: freshName('refusing') })
  await ada.getByRole('button', { name: 'Choose clusters of dev' }).click()
  await ada.getByRole('checkbox', { name: /dev-eu-3/ }).check()
  await expect(ada.getByText('Nothing stands in the way')).toBeVisible()
  await faults('dev-eu-3', { kind: 'forbidden' })
  try {
    const number = await submitService(ada)
    await ada.goto(`/changes/${number}/runs/1`)
    await expect(ada.getByText('Stopped, 1 target failed')).toBeVisible({ timeout: 60_000 })
    await expect(ada.getByText(/cannot patch resource|is forbidden/).first()).toBeVisible()
    await expect(ada.getByText('1 primed')).toBeVisible()
  } finally {
    await faults('dev-eu-3')
  }
  await ada.getByRole('button', { name: /Retry 1 failed/ }).click()
  await untilReady(ada)
})

test('what cannot be mended is given up with its reason, and asked for again under a link to it', async ({
  browser,
}) => {
  const ada = await as(browser, 'Ada Okafor')
  await fillService(ada, { name: freshName('hopeless') })
  await faults('dev-eu-1', { kind: 'forbidden' })
  let number = ''
  try {
    number = await submitService(ada)
    await ada.goto(`/changes/${number}/runs/1`)
    await expect(ada.getByText('Stopped, 1 target failed')).toBeVisible({ timeout: 60_000 })
  } finally {
    await faults('dev-eu-1')
  }
  await ada.goto(`/changes/${number}`)
  await ada.getByRole('button', { name: 'Give up…' }).click()
  await ada.getByRole('dialog').getByLabel('Why').fill('the cluster is not for us')
  await ada.getByRole('button', { name: 'Close as unsuccessful' }).dblclick()
  await expect(ada.getByText('the cluster is not for us').first()).toBeVisible()
  await ada.getByRole('link', { name: 'Request again' }).click()
  await ada.getByLabel('Name', { exact: true }).fill(freshName('hopeful'))
  await expect(ada.getByText('Nothing stands in the way')).toBeVisible()
  const next = await submitService(ada)
  await ada.goto(`/changes/${next}`)
  await expect(ada.getByRole('link', { name: `CHG-${number}` })).toBeVisible()
  await watchUntilReady(ada, next)
})

test('a cluster that is down for a moment heals by itself', async ({ browser }) => {
  const ada = await as(browser, 'Ada Okafor')
  await fillService(ada, { name: freshName('down') })
  await faults('dev-eu-1', { kind: 'unreachable' })
  try {
    const number = await submitService(ada)
    await ada.goto(`/changes/${number}/runs/1`)
    await expect(ada.getByText(/waits \d+ s/).first()).toBeVisible({ timeout: 60_000 })
  } finally {
    await faults('dev-eu-1')
  }
  await untilReady(ada)
})

test('an entitlement refusal says what is wrong and who can help; nothing is submitted', async ({
  browser,
}) => {
  const ada = await as(browser, 'Ada Okafor')
  await fillService(ada, { name: freshName('refused') })
  await ada.getByRole('button', { name: 'Edit data' }).click()
  await ada.getByLabel('Data', { exact: true }).selectOption({ label: 'Restricted' })
  const checks = ada.getByRole('region', { name: 'Entitlement checks' })
  await expect(checks.getByText(/Blocks submit/).first()).toBeVisible()
  await expect(checks.getByText(/Who can help/).first()).toBeVisible()
  await ada.getByRole('button', { name: /Review 1 blocking check/ }).click()
  await expect(ada).toHaveURL(/services\/new/)
})

test('a name that somebody takes between preview and submit is refused in words, and the form keeps everything', async ({
  browser,
}) => {
  const [ada, ben] = await Promise.all([as(browser, 'Ada Okafor'), as(browser, 'Ben Carter')])
  const name = freshName('taken')
  await fillService(ada, { name, environments: ['test'] })
  await fillService(ben, { name, environments: ['test'] })
  // settled: it asks no more by itself, so that only the submit can tell
  const checked = ada.getByRole('status').filter({ hasText: /\d+ checked/ })
  await expect(checked).not.toHaveText(/looking for the names|asking again/, { timeout: 30_000 })
  await submitService(ben)
  await ada.getByRole('button', { name: /Submit for approval/ }).click()
  await expect(ada.getByText(/taken|held|reserved|blocking check/i).first()).toBeVisible()
  await expect(ada.getByLabel('Name', { exact: true })).toHaveValue(name)
})

test('a double click submits once', async ({ browser }) => {
  const ada = await as(browser, 'Ada Okafor')
  const name = freshName('twice')
  await fillService(ada, { name, environments: ['test'] })
  await ada.getByRole('button', { name: /Submit for approval/ }).dblclick()
  await ada.waitForURL(/\/changes\/\d+/)
  await ada.goto(`/changes?view=mine&q=${name}`)
  await expect(ada.getByRole('link', { name: new RegExp(`Onboard ${name}`) })).toHaveCount(1)
})

test('a draft survives a reload; a deep link fills the form in', async ({ browser }) => {
  const ada = await as(browser, 'Ada Okafor')
  const name = freshName('draft')
  await fillService(ada, { name, environments: ['dev', 'test'] })
  await expect(ada.getByText(/Draft saved/i)).toBeVisible()
  await ada.reload()
  await expect(ada.getByLabel('Name', { exact: true })).toHaveValue(name)
  await expect(ada.getByRole('checkbox', { name: 'test' })).toBeChecked()
  await ada.goto('/services/new?name=from-a-link&template=static-site')
  await expect(ada.getByLabel('Name', { exact: true })).toHaveValue('from-a-link')
  await expect(ada.getByRole('radio', { name: /^Static site/ })).toBeChecked()
})

test('who left finds the door closed; who leaves is out within a minute, open session or not', async ({
  browser,
}) => {
  const context = await browser.newContext()
  const jon = await context.newPage()
  await jon.goto('/sign-in')
  await jon.getByRole('button', { name: 'Sign in' }).click()
  await jon.getByRole('button', { name: 'Jon Park' }).click()
  await expect(jon.getByText(/not in the directory|not active|has not told us/i)).toBeVisible()

  const dana = await as(browser, 'Dana Silva')
  await setActive('dana.silva', false)
  try {
    await expect
      .poll(
        async () => {
          await dana.goto('/services')
          return new URL(dana.url()).pathname
        },
        { timeout: 60_000 },
      )
      .toBe('/sign-in')
  } finally {
    await setActive('dana.silva', true)
  }
})

test('a page that is not there, or not yours, says so the same way', async ({ browser }) => {
  const [ada, chen] = await Promise.all([as(browser, 'Ada Okafor'), as(browser, 'Chen Wei')])
  const name = freshName('walled')
  await fillService(ada, { name, environments: ['test'] })
  const number = await submitService(ada)
  expect((await chen.goto(`/changes/${number}`))?.status()).toBe(404)
  expect((await chen.goto('/changes/999999999'))?.status()).toBe(404)
  expect((await chen.goto('/services/payments/nothing-here'))?.status()).toBe(404)
})
