import { spawnSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { expect, test } from 'vitest'
import { diskRefusal, diskTrouble } from './disk.mjs'

test.each([
  [`ENOSPC: no space left on device, write`, /^The disk is full\. Free some/],
  [
    `ENOSPC: no space left on device, open '/data/x'`,
    /^The disk is full \(\/data\/x\)\. Free some/,
  ],
  [
    `FATAL:  could not write to file "pg_wal/xlogtemp.12": No space left on device`,
    /^The disk is full \(pg_wal/,
  ],
  [
    `EROFS: read-only file system, mkdir '/data'`,
    /^The file system is read-only \(\/data\)\. Mount/,
  ],
  [
    `npm error Error: EACCES: permission denied, mkdir '/x/node_modules'`,
    /^Permission is denied \(\/x\/node_modules\)\. Give it/,
  ],
  [
    `FATAL:  could not open file "/d/postgres/PG_VERSION": Permission denied`,
    /^Permission is denied \(\/d\/postgres\/PG_VERSION\)/,
  ],
  [`Error: ENOSPC: System limit for number of file watchers reached`, /max_user_watches/],
])('%s becomes one line with the remedy', (text, line) => {
  const said = diskTrouble(`before\n${text}\n    at somewhere (file.js:1:2)\n`)
  expect(said).toMatch(line)
  expect(said).not.toContain('\n')
})

test.each([
  `listen EACCES: permission denied 0.0.0.0:80`,
  `password authentication failed for user "x"`,
  `Type error: cannot find name 'ENOENT'`,
])('%s is not the disk', (text) => {
  expect(diskTrouble(text)).toBeUndefined()
})

test.runIf(existsSync('/dev/full'))('an error that a full disk raises is known', () => {
  const raised = () => {
    try {
      writeFileSync('/dev/full', 'x')
      return 'nothing'
    } catch (error) {
      return error instanceof Error ? error.message : ''
    }
  }
  expect(diskTrouble(raised())).toMatch(/^The disk is full/)
  const { stderr } = spawnSync('tar', ['-cf', '/dev/full', '/etc/hostname'], { encoding: 'utf8' })
  expect(diskTrouble(stderr)).toMatch(/^The disk is full/)
})

test('too little room is told with what is free, what is needed and where else to go', () => {
  const need = { places: [`${tmpdir()}/not/there`], what: 'The folder', elsewhere: 'go away' }
  expect(diskRefusal({ ...need, leastMib: 0 })).toBeUndefined()
  expect(diskRefusal({ ...need, leastMib: 1e12 })).toMatch(
    /^Only \d+ MiB are free at .*; at least 1000000000000 are needed\. Free some, or go away\.$/,
  )
})
