import { expect, type Page } from '@playwright/test'
import { fillService, freshName, submitService, watchUntilReady } from './support/onboarding.ts'
import { as, throughTheDoor, type Who } from './support/people.ts'
import { test } from './support/test.ts'

const HOMES: readonly {
  who: Who
  first: string
  sees: readonly string[]
  lacks: readonly string[]
}[] = [
  {
    who: 'Ada Okafor',
    first: 'Home',
    sees: ['Services', 'Changes', 'Catalog', 'Calendar'],
    lacks: ['Approvals', 'Fleet', 'Audit', 'Tenants', 'Access'],
  },
  {
    who: 'Erik Lund',
    first: 'Home',
    sees: ['Approvals', 'Changes', 'Fleet'],
    lacks: ['Tenants', 'Jobs'],
  },
  {
    who: 'Grace Kim',
    first: 'Home',
    sees: ['Fleet', 'Templates', 'Policies', 'Tenants', 'Jobs', 'Audit', 'Access'],
    lacks: [],
  },
  { who: 'Hugo Meyer', first: 'Home', sees: ['Approvals', 'Fleet'], lacks: [] },
  { who: 'Iris Novak', first: 'Audit', sees: ['Services', 'Fleet', 'Tenants'], lacks: [] },
]

for (const { who, first, sees, lacks } of HOMES)
  test(`${who} finds the places of their role, and no other`, async ({ browser }) => {
    const page = await as(browser, who)
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
    const rail = page.getByRole('navigation', { name: 'Main' })
    await expect(rail.getByRole('listitem').first()).toContainText(first)
    for (const place of sees) {
      await rail.getByRole('link', { name: new RegExp(`^${place}`) }).click()
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
    }
    for (const place of lacks)
      await expect(rail.getByRole('link', { name: new RegExp(`^${place}`) })).toHaveCount(0)
  })

/** Enter pressed before the search answers leads where its answer does; reopened at once, nothing of before is left. */
async function overtakesTheSearch(page: Page, name: string): Promise<void> {
  const input = page.getByRole('combobox', { name: 'Search or jump' })
  await page.route('**/find?*', async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 1500))
    await route.continue()
  })
  await page.keyboard.press('Control+k')
  await page.keyboard.type(name)
  await page.keyboard.press('Enter')
  await expect(input).toBeVisible()
  await expect(page).toHaveURL(new RegExp(`/services/payments/${name}`))
  await page.unroute('**/find?*')
  await page.keyboard.press('Control+k')
  await expect(input).toHaveValue('')
  await page.keyboard.press('ArrowDown')
  const second = page.getByRole('option').nth(1)
  await expect(second).toHaveAttribute('aria-selected', 'true')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { level: 1 })).not.toContainText(name)
}

test('the palette finds services, changes and places, by keyboard alone', async ({ browser }) => {
  const ada = await as(browser, 'Ada Okafor')
  const name = freshName('found')
  await fillService(ada, { name })
  const number = await submitService(ada)
  await watchUntilReady(ada, number)
  await ada.keyboard.press('Control+k')
  await ada.getByRole('combobox', { name: 'Search or jump' }).fill(name)
  await expect(ada.getByRole('option', { name }).first()).toBeVisible()
  await ada.keyboard.press('Enter')
  await expect(ada).toHaveURL(new RegExp(`/services/payments/${name}`))
  await ada.keyboard.press('Control+k')
  await expect(ada.getByRole('combobox', { name: 'Search or jump' })).toHaveValue('')
  await ada.keyboard.type(`CHG-${number}`)
  await expect(ada.getByRole('option', { name: new RegExp(`CHG-${number}`) })).toBeVisible()
  await ada.keyboard.press('Enter')
  await expect(ada).toHaveURL(new RegExp(`/changes/${number}`))
  await overtakesTheSearch(ada, name)
  await ada.route('**/find?*', (route) => route.abort())
  await ada.keyboard.press('Control+k')
  await ada.keyboard.type('anything')
  await expect(ada.getByText(/The search failed/)).toBeVisible()
  await ada.keyboard.press('Escape')
  await expect(ada.getByRole('combobox', { name: 'Search or jump' })).toBeHidden()
  await ada.keyboard.press('g')
  await ada.keyboard.press('s')
  await expect(ada).toHaveURL(/\/services$/)
  await ada.keyboard.press('n')
  await expect(ada).toHaveURL(/\/services\/new/)
})

test('an approver works the inbox by keyboard: J, K, A, Enter; R asks why', async ({ browser }) => {
  const [ada, ben] = await Promise.all([as(browser, 'Ada Okafor'), as(browser, 'Ben Carter')])
  const numbers: string[] = []
  for (const prefix of ['hand-a', 'hand-b']) {
    await fillService(ada, { name: freshName(prefix), environments: ['test'] })
    numbers.push(await submitService(ada))
  }
  await ben.goto('/approvals')
  const current = ben.getByRole('region', { name: 'Waiting for you' }).locator('[aria-current]')
  const shown = async () => /CHG-(\d+)/.exec((await current.textContent()) ?? '')?.[1] ?? ''
  const first = await shown()
  await expect(async () => {
    await ben.keyboard.press('j')
    expect(await shown()).not.toBe(first)
  }).toPass()
  await expect(async () => {
    await ben.keyboard.press('k')
    expect(await shown()).toBe(first)
  }).toPass()
  const bar = ben.getByRole('region', { name: 'Decision' })
  await ben.keyboard.press('r')
  await expect(bar.getByLabel(/Comment, required/)).toBeFocused()
  await ben.keyboard.press('Enter')
  await expect(bar.getByLabel(/Comment, required/)).toBeVisible()
  await ben.keyboard.press('Escape')
  await ben.goto(`/approvals?change=${numbers[0]}`)
  await expect.poll(shown).toBe(numbers[0])
  await expect(async () => {
    await ben.keyboard.press('a')
    await expect(bar.getByRole('button', { name: /Approve, sign/ })).toBeVisible({ timeout: 1000 })
  }).toPass()
  await ben.keyboard.press('Enter')
  await expect(ben.getByRole('link', { name: new RegExp(`CHG-${numbers[0]}\\b`) })).toHaveCount(0)
  await watchUntilReady(ada, numbers[0] ?? '')
})

test('sign-out ends this session, sign-out everywhere ends all, at their next request', async ({
  browser,
}) => {
  const [here, there] = [await throughTheDoor(browser, 'Chen Wei'), await as(browser, 'Chen Wei')]
  await there.getByRole('button', { name: /Chen Wei/ }).click()
  await there.getByRole('menuitem', { name: 'Sign out' }).click()
  await expect(there).toHaveURL(/\/sign-in/)
  await there.goto('/services')
  await expect(there).toHaveURL(/\/sign-in/)
  await here.goto('/services')
  await expect(here).toHaveURL(/\/services/)
  const again = await throughTheDoor(browser, 'Chen Wei')
  await again.goto('/settings/me')
  await expect(again.getByText(/Chrom/).first()).toBeVisible()
  await again.getByRole('button', { name: /everywhere/i }).click()
  await expect(again).toHaveURL(/\/sign-in/)
  await here.goto('/services')
  await expect(here).toHaveURL(/\/sign-in/)
})
