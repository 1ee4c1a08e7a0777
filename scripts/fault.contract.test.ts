import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createClusterDialer } from '#lib/adapters/kubernetes/dialer.ts'
import { FIELD_MANAGER, LABELS } from '#lib/flux/names.ts'
import type { Cluster, ClusterAccess } from '#lib/ports/cluster.ts'
import { type SandboxProcess, spawnSandbox } from '#lib/testing/spawn-sandbox.ts'
import { FAULT_KINDS } from '#sandbox/fleet/faults.ts'

const ROOT = path.resolve(import.meta.dirname, '..')
const data = mkdtempSync(path.join(tmpdir(), 'stairway-fault-'))
const QUOTA = { apiVersion: 'v1', kind: 'ResourceQuota', namespace: 'pay-x-dev', name: 'quota' }
let fleet: SandboxProcess<{ url: string; port: number }>
let cluster: Cluster

beforeAll(async () => {
  fleet = await spawnSandbox('fleet', [
    ...['--port', '0', '--base-port', '0', '--clusters', '3', '--data', data],
    ...['--control-token', 'c', '--fault', 'dev-eu-2=forbidden', '--fault', '*=drift:1'],
  ])
  writeFileSync(path.join(data, 'secrets.json'), JSON.stringify({ control: 'c' }))
  writeFileSync(
    path.join(data, 'layout.json'),
    JSON.stringify({ ports: { fleet: fleet.ready.port }, clusters: 3 }),
  )
  cluster = createClusterDialer({ allows: () => true }).dial(await access('dev-eu-1'))
})
afterAll(async () => {
  await fleet.stop()
  rmSync(data, { recursive: true, force: true })
})

test('faults given at the start are in force, and can be switched while it runs', () => {
  expect(fault()).toEqual([
    0,
    'dev-eu-1: drift (1 ms)\ndev-eu-2: forbidden, drift (1 ms)\ndev-eu-3: drift (1 ms)\n',
    '',
  ])
  expect(fault('--clear', '*')[0]).toBe(0)
  expect(fault('dev-eu-3', 'slow', '250')[0]).toBe(0)
  expect(fault('dev-eu-3', 'unreachable')[0]).toBe(0)
  expect(fault('dev-eu-3', 'slow', '500')[0]).toBe(0)
  expect(fault()[1]).toBe('dev-eu-3: unreachable, slow (500 ms)\n')
  expect(fault('--clear', 'dev-eu-3')[0]).toBe(0)
  expect(fault()[1]).toContain('no fault in force')
})

test.each([
  [
    ['dev-eu-1', 'broken'],
    `\`broken\` is no fault of a cluster; the kinds are ${FAULT_KINDS.join(', ')}`,
  ],
  [
    ['dev-eu-9', 'slow'],
    'there is no cluster `dev-eu-9`; there are dev-eu-1, dev-eu-2, dev-eu-3, or * for all',
  ],
  [
    ['--clear', 'nobody'],
    'there is no cluster `nobody`; there are dev-eu-1, dev-eu-2, dev-eu-3, or * for all',
  ],
  [
    ['--cleer', 'dev-eu-1'],
    'npm run fault -- CLUSTER KIND [MS], npm run fault -- --clear CLUSTER; CLUSTER may be *',
  ],
])('%j is refused in one line', (args, line) => {
  expect(fault(...args)).toEqual([1, '', `${line}\n`])
})

test('drift is another hand that edits what Stairway applied, and again after it was put right', async () => {
  const object = { ...manifest(QUOTA), spec: { hard: { pods: '10' } } }
  const pods = async () =>
    ((await cluster.read(QUOTA)) as unknown as typeof object | null)?.spec.hard.pods
  const labels = { [LABELS.managedBy]: FIELD_MANAGER, [LABELS.role]: 'tenant' }
  const home = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'pay-x-dev', labels } }
  await cluster.apply(home, {})
  await cluster.apply(object, {})
  expect(await pods()).toBe('10')

  fault('dev-eu-1', 'drift', '1')
  await expect.poll(pods).toBe('1')
  expect(await cluster.apply(object, {})).toMatchObject({
    outcome: 'conflict',
    owners: [{ manager: 'kubectl-edit' }],
  })
  await cluster.apply(object, { force: true })
  await expect.poll(pods).toBe('1')

  fault('--clear', 'dev-eu-1')
  await cluster.apply(object, { force: true })
  expect(await pods()).toBe('10')
})

test('without a sandbox it says so', () => {
  const nowhere = spawnSync(process.execPath, ['scripts/fault.ts'], {
    cwd: ROOT,
    env: { ...process.env, STAIRWAY_DATA: path.join(data, 'nowhere') },
    encoding: 'utf8',
  })
  expect(nowhere.stderr).toBe(`There is no sandbox in ${data}/nowhere. Start one: npm start\n`)
  expect(nowhere.status).toBe(1)
})

function fault(...args: readonly string[]): [number | null, string, string] {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/fault.ts', ...args], {
    cwd: ROOT,
    env: { ...process.env, STAIRWAY_DATA: data },
    encoding: 'utf8',
  })
  return [status, stdout, stderr]
}

function manifest({ namespace, name, ...type }: Partial<typeof QUOTA> & { name: string }) {
  const { apiVersion = '', kind = '' } = type
  return { apiVersion, kind, metadata: { name, ...(namespace ? { namespace } : {}) } }
}

async function access(name: string): Promise<ClusterAccess> {
  const answer = await fetch(fleet.ready.url, { headers: { authorization: 'Bearer c' } })
  const { clusters } = (await answer.json()) as { clusters: Omit<ClusterAccess, 'id'>[] }
  const found = clusters.find((each) => each.name === name)
  if (!found) throw new Error(`no ${name}`)
  return { ...found, id: name, maxInFlight: 2 }
}
