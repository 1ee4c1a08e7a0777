import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { keepLayout, keptLayout, layoutFor } from './layout.ts'
import { environments, portsFrom } from './settings.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'stairway-layout-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('an installation keeps the ports it has stored, and may get more clusters', () => {
  expect(keptLayout(folder)).toBeUndefined()
  const first = layoutFor(folder, { portBase: 5000, clusters: 20 }, undefined)
  keepLayout(folder, first)
  const kept = keptLayout(folder)
  expect(layoutFor(folder, {}, kept)).toEqual(first)
  expect(layoutFor(folder, { portBase: 5000 }, kept)).toEqual(first)
  expect(layoutFor(folder, { clusters: 40 }, kept)).toEqual({ ...first, clusters: 40 })
  expect(() => layoutFor(folder, { clusters: 12 }, kept)).toThrow(/20 clusters already/)
  expect(() => layoutFor(folder, { portBase: 6000 }, kept)).toThrow(/made with other ports/)
  expect(() => layoutFor(folder, { port: 3000 }, kept)).toThrow(/made with other ports/)
  expect(layoutFor(folder, { portBase: 6000 }, undefined).clusters).toBe(12)
})

test('development is told to Next as such, and nothing else as production', () => {
  const secrets = new Proxy({}, { get: () => 'x' }) as Parameters<typeof environments>[0]['secrets']
  const ports = portsFrom(undefined, undefined)
  for (const [isDev, said] of [
    [true, 'development'],
    [false, 'production'],
  ] as const)
    expect(environments({ secrets, ports, isDev }).web.NODE_ENV).toBe(said)
})
