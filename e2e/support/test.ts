import { test as base } from '@playwright/test'
import { PRODUCT } from './product.ts'

/**
 * A test on the product of its worker, whose browsers end with it: a page that stays open goes on asking the product, and
 * each test would find it slower than the one before.
 */
export const test = base.extend<{ ended: undefined }>({
  baseURL: PRODUCT.url,
  ended: [
    async ({ browser }, use) => {
      await use(undefined)
      for (const context of browser.contexts()) await context.close()
    },
    { auto: true },
  ],
})
