import { expect, type Page } from '@playwright/test'
import { seen } from './support/looks.ts'
import { decide, fillService, freshName, submitService } from './support/onboarding.ts'
import { as } from './support/people.ts'
import { test } from './support/test.ts'

/** A request whose risk is low. */
async function quiet(page: Page, name: string): Promise<string> {
  await fillService(page, { name, environments: ['test'] })
  await page.getByRole('button', { name: 'Edit tier' }).click()
  await page.getByLabel('Tier', { exact: true }).selectOption('4')
  await expect(page.getByText('Nothing stands in the way')).toBeVisible()
  return submitService(page)
}

test('the inbox is worked through by keys alone, each row saying why one is asked', async ({
  browser,
}) => {
  const [ada, ben] = await Promise.all([as(browser, 'Ada Okafor'), as(browser, 'Ben Carter')])
  await fillService(ada, { name: freshName('keys'), environments: ['test'] })
  const first = await submitService(ada)
  await fillService(ada, { name: freshName('keys'), environments: ['prod'] })
  const second = await submitService(ada)
  await ben.goto('/approvals')
  const list = ben.getByRole('region', { name: 'Waiting for you' })
  await expect(list.getByText('Tenant owner, as payments-owners').first()).toBeVisible()
  const order = await list.locator('.inbox-row .mono').allTextContents()
  expect(order.indexOf(`CHG-${second}`)).toBeLessThan(order.indexOf(`CHG-${first}`))
  await seen(ben, 'inbox-order')
  const current = list.locator('[aria-current="true"] .mono')
  await expect(current).toHaveText(order[0] ?? '')
  await ben.keyboard.press('j')
  await expect(current).toHaveText(order[1] ?? '')
  await ben.keyboard.press('ArrowUp')
  await expect(current).toHaveText(order[0] ?? '')
  await ben.keyboard.press('Enter')
  await expect(ben).toHaveURL(new RegExp(`/changes/${order[0]?.slice(4)}$`))
  await ben.goto(`/approvals?change=${first}`)
  await expect(current).toHaveText(`CHG-${first}`)
  const comment = ben.getByRole('region', { name: 'Decision' }).getByLabel(/Comment/)
  await expect(async () => {
    await ben.keyboard.press('r')
    await expect(comment).toBeFocused({ timeout: 500 })
  }).toPass()
  await ben.keyboard.type('Not this one')
  await ben.keyboard.press('Enter')
  await expect(list.getByText(`CHG-${first}`, { exact: true })).toHaveCount(0)
  await expect(ben).toHaveURL(/approvals/)
  await decide(ben, second, 'Reject', 'Nor that one')
})

test('several of low risk are approved in one act, line by line; what moved meanwhile is said', async ({
  browser,
}) => {
  const [ada, ben, farah] = await Promise.all([
    as(browser, 'Ada Okafor'),
    as(browser, 'Ben Carter'),
    as(browser, 'Farah Haddad'),
  ])
  const numbers: string[] = []
  for (const name of ['one', 'two', 'three']) numbers.push(await quiet(ada, freshName(name)))
  await ben.goto('/approvals')
  await ben.getByRole('link', { name: 'Approve several of low risk…' }).click()
  await expect(ben.getByRole('heading', { name: 'Approve together' })).toBeVisible()
  const act = ben.getByRole('button', { name: /^Approve \d+ change/ })
  await expect(act).toHaveText('Approve 0 changes…')
  await ben.getByRole('checkbox', { name: new RegExp(`^Sign CHG-${numbers[0]} `) }).focus()
  await ben.keyboard.press('x')
  await ben.keyboard.press('j')
  await ben.keyboard.press('x')
  await ben.keyboard.press('ArrowDown')
  await ben.keyboard.press('Space')
  await expect(act).toHaveText('Approve 3 changes…')
  await seen(ben, 'together')
  await decide(farah, numbers[1] ?? '', 'Reject', 'Not this one')
  await ben.keyboard.press('a')
  await expect(ben.getByRole('dialog').getByText(`CHG-${numbers[2]}`)).toBeVisible()
  await seen(ben, 'together-asks')
  await ben.getByRole('button', { name: 'Approve, sign 3' }).click()
  await expect(ben.getByText('2 of 3 approved')).toBeVisible()
  await expect(ben.getByText(/The change is rejected now/)).toBeVisible()
  await expect(ben.getByText(`Sign CHG-${numbers[0]}`)).toHaveCount(0)
  await seen(ben, 'together-done')
  await ben.goto(`/changes/${numbers[0]}`)
  await expect(ben.getByText('Ben Carter approved').first()).toBeVisible()
})
