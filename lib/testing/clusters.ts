import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  // biome-ignore lint/style/useConsistentTypeDefinitions: vitest is extended by merging into its interface
  export interface ProvidedContext {
    /** Kubeconfigs of administrators of real clusters. */
    kubeconfigs: readonly string[]
  }
}

/** Numbers of the clusters that tests start, away from those that a person starts by hand. */
const NUMBERS = [71]

/** A list's next page expires within seconds, not minutes: the contract of the cluster port waits for that. */
const SOON_EXPIRED = '--etcd-compaction-interval=5s'

/** The program that starts real clusters: named by STAIRWAY_CLUSTER_TOOL, or the one beside the repository; undefined when there is none. */
export function clusterTool(): string | undefined {
  const tool =
    process.env.STAIRWAY_CLUSTER_TOOL ??
    path.resolve(import.meta.dirname, '../../../shared/cluster/cluster')
  return existsSync(tool) ? tool : undefined
}

/** Kubeconfigs given by environment, parted by colons; else clusters of the tests' own, started new and removed at the end. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env.STAIRWAY_TEST_KUBECONFIGS
  if (given) {
    project.provide('kubeconfigs', given.split(':'))
    return async () => undefined
  }
  const tool = clusterTool()
  if (!tool) throw new Error('no cluster is given: name kubeconfigs by STAIRWAY_TEST_KUBECONFIGS')
  const env = { ...process.env, API_SERVER_FLAGS: SOON_EXPIRED }
  const run = (...args: string[]) => execFileSync(tool, args, { encoding: 'utf8', env }).trim()
  for (const number of NUMBERS) {
    run('wipe', String(number))
    run('up', String(number))
  }
  project.provide(
    'kubeconfigs',
    NUMBERS.map((number) => run('kubeconfig', String(number))),
  )
  return async () => {
    for (const number of NUMBERS) run('wipe', String(number))
  }
}
