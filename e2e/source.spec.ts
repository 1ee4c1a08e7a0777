import { expect, type Page } from '@playwright/test'
import { seen } from './support/looks.ts'
import { fillService, freshName } from './support/onboarding.ts'
import { as } from './support/people.ts'
import { feedFaults, feeds } from './support/sandbox.ts'
import { test } from './support/test.ts'

const SOURCES = '/policies?view=sources'
const section = (page: Page, name: string) => page.getByRole('region', { name, exact: true })

async function propose(page: Page): Promise<void> {
  const { https, caPem, token } = await feeds()
  await page.goto(SOURCES)
  await section(page, 'Business applications').getByRole('link', { name: 'Set up…' }).click()
  await page.getByLabel('Address').fill('https://feeds.bank.example/applications.csv')
  await page.getByLabel('Why').fill('The register is the architects’ own now')
  await page.getByRole('button', { name: 'Propose' }).click()
  await expect(page.getByText('The worker may not call https://feeds.bank.example')).toBeVisible()
  await page.getByLabel('Address').fill(`${https}/applications.csv`)
  await page.getByLabel('Certificate authority').fill(caPem)
  await page.getByLabel('Bearer token').fill(token)
  await seen(page, 'source-form')
  await page.getByRole('button', { name: 'Propose' }).click()
  await expect(section(page, 'Business applications').getByText('Grace Kim proposes')).toBeVisible()
}

test.afterEach(() => feedFaults())

test('a source is proposed by one administrator, confirmed by another, and read', async ({
  browser,
}) => {
  const grace = await as(browser, 'Grace Kim')
  await propose(grace)
  await expect(grace.getByRole('button', { name: 'Confirm…' })).toHaveCount(0)
  const hugo = await as(browser, 'Hugo Meyer')
  await hugo.goto(SOURCES)
  const own = section(hugo, 'Business applications')
  await seen(hugo, 'source-proposed')
  await own.getByRole('button', { name: 'Confirm…' }).click()
  await hugo.getByRole('dialog').getByRole('button', { name: 'Confirm' }).click()
  await expect(own.getByText('Fresh')).toBeVisible({ timeout: 20_000 })
  const iris = await as(browser, 'Iris Novak')
  await iris.goto(SOURCES)
  await expect(section(iris, 'Business applications').getByText('Fresh')).toBeVisible()
  await expect(iris.getByRole('button', { name: 'Read now' })).toHaveCount(0)
})

test('a feed that is cut short is held until somebody accepts it; one that fails is told with what it means', async ({
  browser,
}) => {
  const grace = await as(browser, 'Grace Kim')
  await grace.goto(SOURCES)
  const prices = section(grace, 'Prices')
  await expect(prices.getByText('Fresh')).toBeVisible()
  await feedFaults({ feed: 'prices', kind: 'short' }, { feed: 'training', kind: 'garbage' })
  await prices.getByRole('button', { name: 'Read now' }).click()
  await expect(prices.getByText('The feed would remove 2 of 3 records')).toBeVisible({
    timeout: 20_000,
  })
  const training = section(grace, 'Training')
  await training.getByRole('button', { name: 'Read now' }).click()
  await expect(training.getByText(/no JSON/)).toBeVisible({ timeout: 20_000 })
  await seen(grace, 'sources-troubled')
  await prices.getByRole('button', { name: 'Accept…' }).click()
  const dialog = grace.getByRole('dialog')
  await dialog.getByLabel('Why').fill('One size is sold from now on')
  await dialog.getByRole('button', { name: 'Accept this feed' }).click()
  await expect(prices.getByText('Fresh')).toBeVisible({ timeout: 20_000 })

  const ada = await as(browser, 'Ada Okafor')
  await fillService(ada, { name: freshName('priced') })
  const budget = ada.getByText('prices feed: it has no price for small')
  await expect(budget).toBeVisible()
  await seen(ada, 'source-error-in-form')
  await feedFaults()
  await prices.getByRole('button', { name: 'Read now' }).click()
  await expect(prices.getByText(/^3;/)).toBeVisible({ timeout: 20_000 })
  await training.getByRole('button', { name: 'Read now' }).click()
  await expect(training.getByText('Fresh')).toBeVisible({ timeout: 20_000 })
})

test('a check is taken up in the policy’s editor, with the answers that would change', async ({
  browser,
}) => {
  const grace = await as(browser, 'Grace Kim')
  await grace.goto('/policies/entitlements')
  await grace.getByRole('button', { name: 'Add: A lower environment comes first' }).click()
  await expect(grace.getByLabel('Policy set, Cedar')).toHaveValue(/@id\("environment_ladder"\)/)
  await expect(
    grace.getByRole('button', { name: 'Add: A lower environment comes first' }),
  ).toHaveCount(0)
  await seen(grace, 'take-up')
})
