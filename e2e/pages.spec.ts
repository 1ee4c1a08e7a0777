import { type Browser, expect, type Page } from '@playwright/test'
import { colourFindings, findings } from './support/axe.ts'
import { fillService, freshName, submitService, watchUntilReady } from './support/onboarding.ts'
import { as, type Who } from './support/people.ts'
import { test } from './support/test.ts'

const SIZES = {
  'desktop, light': { viewport: { width: 1440, height: 900 }, colorScheme: 'light' },
  'desktop, dark': { viewport: { width: 1440, height: 900 }, colorScheme: 'dark' },
  'phone, light': { viewport: { width: 360, height: 780 }, colorScheme: 'light' },
  'phone, dark': { viewport: { width: 360, height: 780 }, colorScheme: 'dark' },
} as const

/** What one person opens; `:service`, `:change` and `:waiting` stand for what the first test made. */
const PAGES: readonly { who: Who; paths: readonly string[] }[] = [
  {
    who: 'Ada Okafor',
    paths: [
      '/',
      '/services',
      '/services/new',
      '/services/payments/:service',
      '/services/payments/:service/retirement/new',
      '/services/payments/:service/rollback/new',
      '/changes',
      '/changes/:change',
      '/changes/:waiting',
      '/changes/:change/runs/1',
      '/catalog',
      '/calendar',
      '/settings/me',
      '/settings/delegation',
      '/settings/notifications',
      '/waivers',
      '/why',
      '/nothing-here',
    ],
  },
  {
    who: 'Ben Carter',
    paths: [
      ...['/', '/approvals', '/approvals/together', '/changes/:waiting'],
      ...['/access', '/access/payments'],
    ],
  },
  { who: 'Erik Lund', paths: ['/', '/approvals'] },
  {
    who: 'Grace Kim',
    paths: [
      '/',
      '/fleet',
      '/fleet/clusters/dev-eu-1',
      '/fleet/clusters/new',
      '/tenants',
      '/tenants/payments',
      '/tenants/payments/servicenow',
      '/tenants/payments/chat',
      '/access',
      '/access/platform',
      '/templates',
      '/templates/node-http-service',
      '/policies',
      '/policies?view=sources',
      '/policies/sources/training',
      '/policies?view=standard',
      '/policies/standards/new',
      '/calendar',
      '/calendar/freezes/new',
      '/settings/directories',
      '/settings/directories/new/ldap',
      '/jobs',
      '/catalog',
      '/audit',
      '/audit/destinations',
      '/audit/destinations/new',
    ],
  },
  {
    who: 'Iris Novak',
    paths: [
      ...['/', '/audit', '/changes', '/fleet', '/tenants', '/policies', '/catalog', '/waivers'],
      ...['/audit/reports', '/audit/reports/access', '/audit/reports/pre-authorised-changes'],
    ],
  },
]

const made = { service: freshName('look'), change: '', waiting: '' }

// Each worker makes its own and takes its share of the pages.
test.describe.configure({ mode: 'parallel' })

test.beforeAll(async ({ browser }) => {
  test.setTimeout(180_000)
  const ada = await as(browser, 'Ada Okafor')
  await fillService(ada, { name: made.service })
  made.change = await submitService(ada)
  await watchUntilReady(ada, made.change)
  await fillService(ada, { name: freshName('wait'), environments: ['test', 'prod'] })
  made.waiting = await submitService(ada)
  await ada.context().close()
})

/** A few pages a test: each has time enough also on a busy machine. */
const AT_ONCE = 4
const LOOKS = PAGES.flatMap(({ who, paths }) =>
  Array.from({ length: Math.ceil(paths.length / AT_ONCE) }, (_, part) => ({
    who,
    paths: paths.slice(part * AT_ONCE, (part + 1) * AT_ONCE),
  })),
)

for (const { who, paths } of LOOKS)
  test(`${who}: ${paths.join(', ')}: whole, fitting and accessible, at both sizes, light and dark`, async ({
    browser,
  }) => {
    test.setTimeout(150_000)
    const { page, wrong } = await watched(browser, who)
    for (const path of paths)
      await inspect(
        page,
        path.replace(/:(\w+)/, (_, key: keyof typeof made) => made[key]),
      )
    expect(wrong).toEqual([])
    await page.context().close()
  })

test('the door, before sign-in', async ({ page }) => {
  await inspect(page, '/sign-in')
})

async function watched(browser: Browser, who: Who): Promise<{ page: Page; wrong: string[] }> {
  const page = await as(browser, who)
  const wrong: string[] = []
  page.on('pageerror', (error) => wrong.push(`${page.url()}: ${error.message}`))
  page.on('console', (message) => {
    const isExpected = message.text().includes('404') && page.url().endsWith('/nothing-here')
    if (message.type() === 'error' && !isExpected)
      wrong.push(`${page.url()}: ${message.text()} ${message.location().url}`)
  })
  return { page, wrong }
}

async function inspect(page: Page, path: string): Promise<void> {
  const answer = await page.goto(path)
  expect(answer?.status(), path).toBe(path === '/nothing-here' ? 404 : 200)
  await expect(page.locator('h1').first(), path).toBeVisible()
  await page.waitForLoadState('networkidle', { timeout: 1500 }).catch(() => undefined)
  for (const [look, { viewport, colorScheme }] of Object.entries(SIZES)) {
    await page.setViewportSize(viewport)
    await page.emulateMedia({ colorScheme })
    await inspectLook(page, `${path}, ${look}`, colorScheme === 'light' ? findings : colourFindings)
  }
}

async function inspectLook(page: Page, what: string, look: typeof findings): Promise<void> {
  const { scrollWidth, clientWidth } = await page.evaluate(() => ({
    scrollWidth: document.documentElement.scrollWidth,
    clientWidth: document.documentElement.clientWidth,
  }))
  expect.soft(scrollWidth, `${what} scrolls sideways`).toBeLessThanOrEqual(clientWidth)
  expect.soft(await look(page), what).toEqual([])
}
