import { expect } from '@playwright/test'
import { as } from './support/people.ts'
import { test } from './support/test.ts'

test('what is typed and chosen before the page is alive is taken over', async ({ browser }) => {
  const ada = await as(browser, 'Ada Okafor')
  let release = (): void => undefined
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  await ada.route('**/_next/static/**/*.js*', async (route) => {
    await held
    await route.continue()
  })
  await ada.goto('/services/new', { waitUntil: 'commit' })
  const name = ada.getByLabel('Name', { exact: true })
  await name.fill('typed-early')
  const large = ada.getByRole('radio', { name: 'Large' })
  await large.check({ force: true })
  release()
  await expect(ada.getByText(/-typed-early-/).first()).toBeVisible({ timeout: 30_000 })
  await expect(name).toHaveValue('typed-early')
  await expect(large).toBeChecked()
  await ada.getByRole('button', { name: 'Discard' }).click()
  await ada.context().close()
})
