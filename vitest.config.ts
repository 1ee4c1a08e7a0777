import path from 'node:path'
import { defineConfig } from 'vitest/config'

const SERVERS = ['**/*.db.test.ts', '**/*.contract.test.ts', '**/*.cluster.test.ts']
const OUT = ['**/node_modules/**', '.next/**', '.stairway/**', 'templates/**', 'e2e/**']
const alias = { 'server-only': path.join(import.meta.dirname, 'lib/testing/server-only.ts') }

/** Four kinds of test, by what they need: nothing, PostgreSQL, the sandbox's servers, real clusters. */
export default defineConfig({
  test: {
    // Two cores; the third waits less than it works: many database tests wait for a sweep or a quarantine.
    maxWorkers: 3,
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
          exclude: OUT,
          globalSetup: ['lib/testing/postgres.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
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
