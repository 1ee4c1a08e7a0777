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
import { push } from './support/push.ts'
import { test } from './support/test.ts'

test('a service is rolled back to a revision on record, held there by name, and follows its branch again', async ({
  browser,
}) => {
  test.setTimeout(240_000)
  const [ada, ben] = await Promise.all([as(browser, 'Ada Okafor'), as(browser, 'Ben Carter')])
  const name = freshName('back')
  await fillService(ada, { name })
  await watchUntilReady(ada, await submitService(ada))
  await ada.goto(`/services/payments/${name}`)
  const table = ada.getByRole('region', { name: 'Instances' })
  const running = await table.getByText(/^[0-9a-f]{7}$/).textContent()
  await expect(ada.getByRole('link', { name: 'Roll back…' })).toBeHidden()

  const second = await push(name, 4)
  await ada.getByRole('button', { name: 'Reconcile' }).click()
  await expect(table.getByText(second.slice(0, 7), { exact: true })).toBeVisible({
    timeout: 60_000,
  })
  await ada.getByRole('link', { name: 'Roll back…' }).click()
  await expect(ada.getByRole('heading', { name: `Roll back ${name}` })).toBeVisible()
  await seen(ada, 'rollback-empty')
  const where = ada.getByLabel('Where to')
  const line = where.getByRole('option', { name: new RegExp(`^${running}`) })
  await where.selectOption(await line.getAttribute('value'))
  await expect(ada.getByText(/1 commit and 1 file are taken back/)).toBeVisible()
  await seen(ada, 'rollback-form')
  await ada.getByText('Emergency', { exact: true }).click()
  await expect(ada.getByText(/Then On call decides, and within 72 hours/)).toBeVisible()
  await ada.getByLabel('Why', { exact: true }).fill('the new one leaks')
  await ada.getByLabel('Incident').fill('12')
  await ada.getByRole('button', { name: 'Submit for approval' }).click()
  await expect(ada.getByText(/^an incident number: INC and 7 to 10 digits/)).toBeVisible()
  await seen(ada, 'rollback-emergency')
  await ada.getByText('Normal', { exact: true }).click()
  await expect(ada.getByText(/never pre-authorised/)).toBeVisible()
  await ada.getByRole('button', { name: 'Submit for approval' }).click()
  await ada.waitForURL(/\/changes\/\d+$/)
  const number = /\/changes\/(\d+)/.exec(ada.url())?.[1] ?? ''
  await expect(ada.getByText(`Roll ${name} in dev back to ${running}`).first()).toBeVisible()
  await ben.goto(`/changes/${number}`)
  await seen(ben, 'rollback-change')
  await decide(ben, number, 'Approve')
  await watchUntilReady(ada, number)
  await seen(ada, 'rollback-run')
  await ada.goto(`/services/payments/${name}`)
  await expect(ada.getByText(/does not follow main/).last()).toBeVisible()
  await expect(ada.getByRole('link', { name: `CHG-${number}` }).last()).toBeVisible()
  await seen(ada, 'rollback-pinned')

  await ada.getByRole('link', { name: 'Roll back…' }).click()
  await where.selectOption({ label: 'Follow main again' })
  await expect(ada.getByText('Follows main again')).toBeVisible()
  await ada.getByLabel('Why', { exact: true }).fill('it is mended')
  await ada.getByRole('button', { name: 'Submit for approval' }).click()
  await ada.waitForURL(/\/changes\/\d+$/)
  const follow = /\/changes\/(\d+)/.exec(ada.url())?.[1] ?? ''
  await decide(ben, follow, 'Approve')
  await watchUntilReady(ada, follow)
  await ada.goto(`/services/payments/${name}`)
  await expect(table.getByText(second.slice(0, 7), { exact: true })).toBeVisible()
  await expect(ada.getByText(/does not follow main/)).toHaveCount(0)
  await ada.context().close()
  await ben.context().close()
})
