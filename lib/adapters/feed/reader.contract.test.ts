import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { FEEDS_TOKEN, type Feeds, startFeeds } from '#lib/testing/feeds.ts'
import { createFeedReader } from './reader.ts'

const folder = mkdtempSync('/var/tmp/stairway-feed-files-')
let feeds: Feeds
beforeAll(async () => {
  feeds = await startFeeds()
  mkdirSync(path.join(folder, 'hr'))
  writeFileSync(path.join(folder, 'hr/training.csv'), 'person,course,valid_until\n')
  utimesSync(path.join(folder, 'hr/training.csv'), 1_700_000_000, 1_700_000_000)
  writeFileSync(path.join(folder, 'latin.csv'), Buffer.from([0x70, 0xe9]))
  symlinkSync('/etc/hostname', path.join(folder, 'out.csv'))
})
beforeEach(() => feeds.faults())
afterAll(async () => {
  await feeds?.stop()
  rmSync(folder, { recursive: true, force: true })
})

const reader = (differs: Partial<Parameters<typeof createFeedReader>[0]> = {}) =>
  createFeedReader({ allows: () => true, folder, timeoutMs: 1500, ...differs })
const access = (differs = {}) => ({
  ...{ transport: 'https' as const, address: `${feeds.https}/training.json` },
  ...{ caPem: feeds.caPem, token: FEEDS_TOKEN, ...differs },
})
const file = (address: string) => ({
  ...{ transport: 'file' as const, address, caPem: null, token: null },
})

test('a feed is fetched whole, with the time at which it was written', async () => {
  const feed = await reader().read(access())
  expect(JSON.parse(feed.text).rows.length).toBeGreaterThan(10)
  expect(Math.abs(Date.now() - (feed.writtenAt?.getTime() ?? 0))).toBeLessThan(5000)
  const old = new Date(Date.now() - 3 * 3_600_000)
  await feeds.faults({ feed: 'clearance', kind: 'old', hours: 3 })
  const { writtenAt } = await reader().read(access({ address: `${feeds.https}/clearance.csv` }))
  expect(Math.abs((writtenAt?.getTime() ?? 0) - old.getTime())).toBeLessThan(5000)
})

test.each([
  ['a token that is not known', { token: 'another' }, 'unauthorised'],
  ['no token', { token: null }, 'unauthorised'],
  ['an authority that did not sign it', { caPem: null }, 'unreachable'],
  ['nobody there', { address: 'https://127.0.0.1:1/x' }, 'unreachable'],
])('%s: %s', async (_, differs, reason) => {
  await expect(reader().read(access(differs))).rejects.toMatchObject({ system: 'feed', reason })
})

test('no such feed', async () => {
  const address = `${feeds.https}/nothing.csv`
  await expect(reader().read(access({ address }))).rejects.toMatchObject({
    ...{ reason: 'not_found', status: 404 },
  })
})

test.each([
  [{ feed: 'training', kind: 'error' }, 'server_error'],
  [{ feed: 'training', kind: 'cut' }, 'unreachable'],
  [{ feed: 'training', kind: 'slow', ms: 4000 }, 'timeout'],
] as const)('%o: %s, and nothing of it is used', async (fault, reason) => {
  await feeds.faults(fault)
  await expect(reader().read(access())).rejects.toMatchObject({ reason, retryable: true })
})

test('one that is too large is not read to its end', async () => {
  const small = reader({ mostBytes: 100 })
  await expect(small.read(access())).rejects.toMatchObject({ reason: 'too_large' })
  await expect(reader({ mostBytes: 3 }).read(file('hr/training.csv'))).rejects.toMatchObject({
    reason: 'too_large',
  })
})

test('an address that the list of this process does not name is not called', async () => {
  const closed = reader({ allows: () => false })
  await expect(closed.read(access())).rejects.toMatchObject({
    ...{ reason: 'not_allowed', retryable: false },
  })
})

test('a file is as old as it was written', async () => {
  expect(await reader().read(file('hr/training.csv'))).toEqual({
    text: 'person,course,valid_until\n',
    writtenAt: new Date(1_700_000_000_000),
  })
})

test.each([
  ['../etc/passwd', 'not_allowed'],
  ['/etc/passwd', 'not_allowed'],
  ['out.csv', 'not_allowed'],
  ['hr/nothing.csv', 'not_found'],
  ['hr', 'unreachable'],
  ['latin.csv', 'invalid'],
])('the file %s: %s', async (name, reason) => {
  await expect(reader().read(file(name))).rejects.toMatchObject({ reason })
})

test('without a folder no file is read', async () => {
  const none = reader({ folder: undefined })
  await expect(none.read(file('hr/training.csv'))).rejects.toMatchObject({ reason: 'not_allowed' })
})
