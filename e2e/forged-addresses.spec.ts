import { expect, type Page } from '@playwright/test'
import { as } from './support/people.ts'
import { test } from './support/test.ts'

/** The address of a list page whose place is these values, as a page token holds them. */
function placed(path: string, ...place: string[]): string {
  const token = btoa(encodeURIComponent(JSON.stringify(place))).replaceAll('=', '')
  return `${path}?after=${token.replaceAll('+', '-').replaceAll('/', '_')}`
}

async function statusOf(page: Page, address: string): Promise<number | undefined> {
  return (await page.goto(address))?.status()
}

test('no forged address makes a page fail: it is not found, or the first page', async ({
  browser,
}) => {
  const grace = await as(browser, 'Grace Kim')
  for (const address of [
    placed('/changes', 'x', 'y'),
    placed('/changes', '2026-13-45', 'y'),
    placed('/services', '99999', 'x', 'y'),
    placed('/catalog', 'a\0', 'b'),
    placed('/audit', '99999999999999999999', 'x', 'y'),
    placed('/fleet', 'x', 'y'),
    '/approvals?after=%25',
    '/audit?from=2026-02-30&to=2026-13-45',
    '/changes?q=%25%5C%27',
  ])
    expect(await statusOf(grace, address), address).toBe(200)
  for (const address of [
    '/changes?q=%00',
    '/services/payments/%00',
    '/services?tenant=a%00b',
    '/catalog/%00',
    '/tenants/%00',
    '/templates/x%00',
    '/fleet/clusters/%00',
    '/changes/%00',
    '/changes/99999999999999999999',
    '/changes/1/runs/1e9',
  ])
    expect(await statusOf(grace, address), address).toBe(404)
  await grace.context().close()
})
