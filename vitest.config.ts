import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { defineConfig } from 'vitest/config'

const SERVERS = ['**/*.db.test.ts', '**/*.contract.test.ts', '**/*.cluster.test.ts']
const OUT = ['**/node_modules/**', '.next/**', '.stairway/**', 'templates/**', 'e2e/**']
const alias = { 'server-only': path.join(import.meta.dirname, 'lib/testing/server-only.ts') }

/** Database tests that start workers of their own and wait for them by the clock: they have the machine to themselves. Found by what they import. */
const WITH_WORKERS = globSync('{app,lib,scripts,worker}/**/*.db.test.ts', {
  cwd: import.meta.dirname,
}).filter((file) =>
  readFileSync(path.join(import.meta.dirname, file), 'utf8').includes('testing/real-parts'),
)

/** Five kinds of test, by what they need: nothing, PostgreSQL, that and workers, the sandbox's servers, real clusters. */
export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      {
        resolve: { alias },
        test: {
          name: 'unit',
          testTimeout: 60_000,
          include: ['**/*.test.ts'],
          exclude: [...OUT, ...SERVERS],
        },
      },
      {
        resolve: { alias },
        test: {
          name: 'db',
          include: ['**/*.db.test.ts'],
          exclude: [...OUT, ...WITH_WORKERS],
          globalSetup: ['lib/testing/postgres.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        resolve: { alias },
        test: {
          name: 'worker',
          include: WITH_WORKERS,
          exclude: OUT,
          globalSetup: ['lib/testing/postgres.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          fileParallelism: false,
          // after all others
          sequence: { groupOrder: 1 },
        },
      },
      {
        resolve: { alias },
        test: {
          name: 'cluster',
          include: ['**/*.cluster.test.ts'],
          exclude: OUT,
          globalSetup: ['lib/testing/clusters.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        resolve: { alias },
        test: {
          name: 'contract',
          include: ['**/*.contract.test.ts'],
          exclude: OUT,
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
})
