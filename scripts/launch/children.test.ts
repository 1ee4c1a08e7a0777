import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createChildren, nextRestart } from './children.ts'
import type { Pids } from './pids.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'children-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const pids = { add: () => undefined, drop: () => undefined } as unknown as Pids

test('what ends early again and again waits longer each time; what ran for a minute begins anew', () => {
  const delays: number[] = []
  for (let restarts = 0, n = 0; n < 8; n += 1) {
    const next = nextRestart(restarts, 1000)
    delays.push(next.delayMs)
    restarts = next.restarts
  }
  expect(delays).toEqual([300, 600, 1200, 2400, 4800, 9600, 10_000, 10_000])
  expect(nextRestart(7, 60_000)).toEqual({ restarts: 1, delayMs: 300 })
})

test('a process whose restart fails before it is ready is started again until it is', async () => {
  const script = path.join(folder, 'child.mjs')
  const starts = path.join(folder, 'starts')
  writeFileSync(
    script,
    `import { appendFileSync, readFileSync } from 'node:fs'
     appendFileSync(${JSON.stringify(starts)}, 'x')
     const n = readFileSync(${JSON.stringify(starts)}, 'utf8').length
     if (n === 2) process.exit(1)
     console.log('{"ready":true}')
     if (n === 1) setTimeout(() => process.exit(1), 50)
     else setInterval(() => undefined, 1000)`,
  )
  const children = createChildren(folder, pids)
  try {
    await children.launch({ name: 'shaky', args: [script], untilReady: 'line' })
    for (let tries = 0; tries < 100 && readFileSync(starts, 'utf8').length < 3; tries += 1)
      await new Promise((resolve) => setTimeout(resolve, 100))
    expect(readFileSync(starts, 'utf8')).toBe('xxx')
  } finally {
    await children.stop()
  }
})

test('a first start that ends before it is ready is told with its last words', async () => {
  const children = createChildren(folder, pids)
  const script = path.join(folder, 'child.mjs')
  writeFileSync(script, `console.error('no way'); process.exit(3)`)
  await expect(
    children.launch({ name: 'shaky', args: [script], untilReady: 'line' }),
  ).rejects.toThrow('shaky ended with 3 before it was ready. Its last words: no way')
  await children.stop()
})
