import { defineConfig } from '@playwright/test'

/** Browser tests against running products, one for each worker; `scripts/e2e.ts` starts them and names them by environment. */
export default defineConfig({
  testDir: '.',
  outputDir: '../test-results/e2e',
  workers: (JSON.parse(process.env.E2E_PRODUCTS ?? '[]') as unknown[]).length || 1,
  timeout: 90_000,
  expect: { timeout: 15_000 },
  forbidOnly: true,
  // A second try is counted and named at the end of the run (scripts/failures.mjs): it is a finding, not a pass in silence.
  retries: 1,
  reporter: [['list'], ['json', { outputFile: '../test-results/e2e.json' }]],
  use: {
    viewport: { width: 1440, height: 900 },
    // Recording one takes processor time from every test; what needs a second try has one.
    trace: 'on-first-retry',
    screenshot: 'only-on-failure',
    launchOptions: {
      executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
    },
  },
})
