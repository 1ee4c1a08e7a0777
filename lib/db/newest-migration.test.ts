import { readdirSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { NEWEST_MIGRATION } from './newest-migration.ts'

test('the build knows its newest migration', () => {
  const folder = path.resolve(import.meta.dirname, '../../prisma/migrations')
  const names = readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? [entry.name] : [],
  )
  expect(NEWEST_MIGRATION).toBe(names.sort().at(-1))
})
