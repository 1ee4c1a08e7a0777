import { test as base } from '@playwright/test'

/** A test whose browsers end with it: a page that stays open goes on asking the product, and each test would find it slower than the one before. */
export const test = base.extend<{ ended: undefined }>({
  ended: [
    async ({ browser }, use) => {
      await use(undefined)
      for (const context of browser.contexts()) await context.close()
    },
    { auto: true },
  ],
})
