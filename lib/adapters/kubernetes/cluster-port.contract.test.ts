import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { clusterPortCases } from '#lib/testing/cluster-port/cluster-port.cases.ts'
import { dialed, type Ground } from '#lib/testing/cluster-port/ground.ts'
import { handOn } from '#lib/testing/real-cluster.ts'
import { type SandboxProcess, spawnSandbox } from '#lib/testing/spawn-sandbox.ts'

const CONTROL = 'control'
type Described = {
  name: string
  endpoint: string
  caPem: string
  token: string
  readToken: string
}

let folder = ''
let fleet: SandboxProcess<{ url: string }>
let ground: Ground
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'stairway-cluster-port-'))
  fleet = await spawnSandbox<{ url: string }>('fleet', [
    ...['--port', '0', '--base-port', '0', '--clusters', '1'],
    ...['--data', folder, '--control-token', CONTROL],
  ])
  const headers = { authorization: `Bearer ${CONTROL}` }
  const { clusters } = (await (await fetch(fleet.ready.url, { headers })).json()) as {
    clusters: Described[]
  }
  const [first] = clusters
  if (!first) throw new Error('the fleet has no cluster')
  const access = { ...first, id: 'clu_1', maxInFlight: 4 }
  ground = {
    access,
    hub: dialed(access),
    admin: handOn(access),
    reader: dialed(access, { token: first.readToken }),
  }
})
afterAll(async () => {
  await fleet?.stop()
  rmSync(folder, { recursive: true, force: true })
})

clusterPortCases(() => ground)
