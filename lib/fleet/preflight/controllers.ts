import type { KubernetesObject } from '#lib/kubernetes-object.ts'

/** What is read from the Deployment of one of Flux's controllers. */
export type Controller = {
  /** `kustomize-controller`, also for its shards. */
  component: string
  name: string
  version: string | null
  flags: ReadonlyMap<string, string>
  memoryLimit: string | null
  cpuLimit: string | null
}

type Container = {
  name?: string
  args?: unknown[]
  resources?: { limits?: { memory?: string; cpu?: string } }
}

/** Reads a controller's Deployment. A flag alone means true; of a flag given twice the last holds, as the controllers have it. */
export function readController({ metadata, spec }: KubernetesObject): Controller {
  const template = (spec as { template?: { spec?: { containers?: Container[] } } } | undefined)
    ?.template
  const containers = template?.spec?.containers ?? []
  const manager = containers.find(({ name }) => name === 'manager') ?? containers[0]
  const labelled = metadata.labels?.['app.kubernetes.io/component']
  return {
    component: labelled ?? metadata.name,
    name: metadata.name,
    version: metadata.labels?.['app.kubernetes.io/version'] ?? null,
    flags: readFlags((manager?.args ?? []).map(String)),
    memoryLimit: manager?.resources?.limits?.memory ?? null,
    cpuLimit: manager?.resources?.limits?.cpu ?? null,
  }
}

function readFlags(args: readonly string[]): Map<string, string> {
  const flags = new Map<string, string>()
  args.forEach((arg, place) => {
    const [, name, value] = /^--?([a-z][a-zA-Z0-9-]*)(?:=(.*))?$/s.exec(arg) ?? []
    if (!name) return
    const next = args[place + 1]
    flags.set(name, value ?? (next !== undefined && !next.startsWith('-') ? next : 'true'))
  })
  return flags
}

/** Whether a flag that is true or false is on. */
export function isOn({ flags }: Controller, flag: string): boolean {
  return ['true', '1', 't', 'T', 'TRUE', 'True'].includes(flags.get(flag) ?? '')
}

const SHARD_KEY = 'sharding.fluxcd.io/key'

/** Which shard a controller is, null for the main one; `labelsOfOurs` tells whether it sees objects without a shard. */
export function shardOf({ flags }: Controller): {
  shards: readonly string[]
  seesUnlabelled: boolean
} {
  const selector = flags.get('watch-label-selector') ?? ''
  const only = /(?:^|,)\s*sharding\.fluxcd\.io\/key\s*(?:==?\s*([^,\s]+)|in\s*\(([^)]*)\))/.exec(
    selector,
  )
  const shards = (only?.[1] ?? only?.[2] ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
  return {
    shards,
    seesUnlabelled: shards.length === 0 && (selector === '' || selector === `!${SHARD_KEY}`),
  }
}
