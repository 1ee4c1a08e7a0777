import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { WorkerPlatform } from '#lib/runtime/platform.ts'
import { AS_WORKER, type TestChanges, testChanges } from '#lib/testing/changes.ts'
import { failure, type TestSourceHost, testSourceHost } from '#lib/testing/source-host.ts'
import { loadRunContext } from '../run-context.ts'
import { createRepository } from './create-repository.ts'
import { pushScaffold } from './push-scaffold.ts'
import type { RunContext } from './step.ts'

let changes: TestChanges
let git: TestSourceHost
let worker: WorkerPlatform

beforeAll(async () => {
  git = await testSourceHost()
  changes = await testChanges()
  worker = { ...changes.worker, sourceHost: git.source }
})

beforeEach(() => git.host.faults())

afterAll(async () => {
  await changes?.close()
  await git?.host.close()
})

async function running(name: string): Promise<{ run: RunContext; at: string }> {
  const { runId } = await changes.running(name)
  const run = await worker.db.inContext(AS_WORKER, (tx) => loadRunContext(tx, runId))
  return { run, at: `/repos/${run.gitOrg}/${name}` }
}

test('the approved files are one commit in a repository that names its change by its id', async () => {
  const { run, at } = await running('own-ledger')
  expect(await createRepository.perform(worker, run)).toMatchObject({ kind: 'done' })
  const pushed = await pushScaffold.perform(worker, run)
  expect(pushed).toMatchObject({
    kind: 'done',
    facts: { outcome: 'pushed', commit: await git.headOf(at) },
  })
  const { body } = await git.host.api('GET', at)
  expect(body.homepage).toBe(`http://localhost:3000/changes/${run.changeNumber}#${run.changeId}`)
  expect(await createRepository.perform(worker, run)).toMatchObject({
    facts: { outcome: 'existed' },
  })
  expect(await pushScaffold.perform(worker, run)).toMatchObject({ facts: { outcome: 'already' } })
})

test('a repository made by a change of the same number, before a restore, is somebody’s', async () => {
  const { run, at } = await running('restored-ledger')
  const homepage = `http://localhost:3000/changes/${run.changeNumber}`
  await git.host.api('POST', `/orgs/${run.gitOrg}/repos`, {
    name: 'restored-ledger',
    homepage,
    auto_init: true,
  })
  for (const marker of [homepage, `${homepage}#chg_${'0'.repeat(26)}`]) {
    await git.host.api('PATCH', at, { homepage: marker })
    const before = await git.headOf(at)
    expect(await createRepository.perform(worker, run)).toMatchObject({
      kind: 'stop',
      trouble: { code: 'repository_taken', whose: 'yours' },
    })
    expect([(await git.host.api('GET', at)).body.homepage, await git.headOf(at)]).toEqual([
      marker,
      before,
    ])
  }
})

test('a history that somebody began in our repository stops the run, and stays', async () => {
  const { run, at } = await running('begun-ledger')
  await createRepository.perform(worker, run)
  const begun = await git.commitOn(at, {
    parents: [await git.headOf(at)],
    files: { 'main.ts': 'theirs' },
  })
  expect(await pushScaffold.perform(worker, run)).toMatchObject({
    kind: 'stop',
    trouble: { code: 'repository_taken', detail: expect.stringContaining(begun.slice(0, 12)) },
  })
  expect(await git.headOf(at)).toBe(begun)
  expect((await git.host.api('GET', `${at}/branches/main/protection`)).status).toBe(404)
})

test('a host that stores other bytes than the approved ones stops the run before the branch moves', async () => {
  const { run, at } = await running('honest-ledger')
  await createRepository.perform(worker, run)
  const before = await git.headOf(at)
  await git.host.faults({ kind: 'lies', path: '/git/trees' })
  const error = await failure(() => pushScaffold.perform(worker, run))
  expect(error).toMatchObject({ reason: 'untrusted_answer', retryable: false })
  await git.host.faults()
  expect(await git.headOf(at)).toBe(before)
})
