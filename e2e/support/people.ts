import { type Browser, expect, type Page } from '@playwright/test'
import { sessionTokenCookie } from '#lib/auth/cookies.ts'
import { signInOverHttp } from '#scripts/launch/sign-in.ts'
import { PRODUCT } from './product.ts'

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

/** A browser of its own, signed in as somebody, on the home page. Signed in by requests alone, which saves three pages a test. */
export async function as(browser: Browser, who: Who, looks: Looks = {}): Promise<Page> {
  const name = sessionTokenCookie(PRODUCT.url)
  const value = await signInOverHttp(PRODUCT.url, who.toLowerCase().replace(' ', '.'), name)
  const context = await browser.newContext(looks)
  await context.addCookies([{ name, value, url: PRODUCT.url, httpOnly: true, sameSite: 'Lax' }])
  const page = await context.newPage()
  await page.goto('/')
  await expect(page).toHaveURL((url) => url.pathname === '/')
  return page
}

/** The same by the door, as people do it. */
export async function throughTheDoor(browser: Browser, who: Who): Promise<Page> {
  const context = await browser.newContext()
  const page = await context.newPage()
  await page.goto('/sign-in')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await chooseCard(page, who)
  await expect(page).toHaveURL((url) => url.pathname === '/')
  return page
}

/** Chooses somebody at the identity stand-in once it is there: the page before it may have a button of that name too. */
export async function chooseCard(page: Page, who: Who): Promise<void> {
  await expect(page.getByRole('heading', { name: 'Who are you today?' })).toBeVisible()
  await page.getByRole('button', { name: who }).click()
}
