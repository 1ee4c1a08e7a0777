import { type Browser, expect, type Page } from '@playwright/test'

/** Who the tests can be; names as on the cards of the identity stand-in. */
export type Who =
  | 'Ada Okafor'
  | 'Ben Carter'
  | 'Chen Wei'
  | 'Dana Silva'
  | 'Erik Lund'
  | 'Farah Haddad'
  | 'Grace Kim'
  | 'Hugo Meyer'
  | 'Iris Novak'
  | 'Jon Park'

type Looks = { colorScheme?: 'light' | 'dark'; viewport?: { width: number; height: number } }

/** A browser of its own, signed in as somebody, on the home page. */
export async function as(browser: Browser, who: Who, looks: Looks = {}): Promise<Page> {
  const context = await browser.newContext(looks)
  const page = await context.newPage()
  await page.goto('/sign-in')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('button', { name: who }).click()
  await expect(page).toHaveURL((url) => url.pathname === '/')
  return page
}
