import type { z } from 'zod'
import { CONFIG_KEYS, type ConfigKey, type Use } from './config-keys.ts'
import { outboundAllowList } from './outbound.ts'

type Keys = typeof CONFIG_KEYS
type KeysOf<U extends Use> = {
  [K in keyof Keys]: U extends Keys[K]['uses'][number] ? K : never
}[keyof Keys]
/** Parsed configuration of one process. */
export type Config<U extends Use> = { [K in KeysOf<U>]: z.infer<Keys[K]['schema']> }

/** Configuration of the web process; every bad or missing key is listed at once, then the process ends. */
export function webConfig(): Config<'web'> {
  return readOrExit('web')
}

/** Configuration of the worker; see webConfig. */
export function workerConfig(): Config<'worker'> {
  return readOrExit('worker')
}

/** Configuration of the one-shot migration; see webConfig. */
export function migrateConfig(): Config<'migrate'> {
  return readOrExit('migrate')
}

/** Problems of an environment for one kind of process, or its parsed configuration. Pure. */
export function readConfig<U extends Use>(
  use: U,
  environment: Readonly<Record<string, string | undefined>>,
): { ok: true; config: Config<U> } | { ok: false; problems: string[] } {
  const problems: string[] = []
  const config: Record<string, unknown> = {}
  for (const [name, key] of Object.entries(CONFIG_KEYS) as [string, ConfigKey][]) {
    if (!key.uses.includes(use)) continue
    const raw = environment[name]
    const parsed = key.schema.safeParse(raw === '' ? undefined : raw)
    if (parsed.success) config[name] = parsed.data
    else
      problems.push(
        `${name}: ${raw === undefined || raw === '' ? 'is missing' : (parsed.error.issues[0]?.message ?? 'is not valid')}. ${key.about}`,
      )
  }
  problems.push(...refusedAddresses(config))
  return problems.length > 0 ? { ok: false, problems } : { ok: true, config: config as Config<U> }
}

/** Addresses that this process would call and its own list refuses. */
function refusedAddresses({ OUTBOUND_ALLOW, ...config }: Record<string, unknown>): string[] {
  const { GITHUB_API_URL } = config
  if (typeof OUTBOUND_ALLOW !== 'string' || typeof GITHUB_API_URL !== 'string') return []
  return outboundAllowList(OUTBOUND_ALLOW).allows(GITHUB_API_URL)
    ? []
    : [`OUTBOUND_ALLOW: does not allow GITHUB_API_URL, ${GITHUB_API_URL}.`]
}

const kept: Partial<Record<Use, unknown>> = {}

function readOrExit<U extends Use>(use: U): Config<U> {
  const known = kept[use]
  if (known) return known as Config<U>
  const read = readConfig(use, process.env)
  if (!read.ok) {
    process.stderr.write(
      `Stairway ${use} cannot start: ${read.problems.length} of its settings need attention.\n${read.problems.map((problem) => `  ${problem}`).join('\n')}\nSee docs/configuration.md.\n`,
    )
    process.exit(1)
  }
  kept[use] = read.config
  return read.config
}
