import { createServer } from 'node:net'
import { CannotStart } from './folder.ts'
import type { Layout } from './layout.ts'
import { type Ports, portsFrom } from './settings.ts'

type Wanted = { what: string; port: number; everywhere: boolean }

const WORDS: Record<Exclude<keyof Ports, 'clusters'>, string> = {
  web: 'Stairway itself',
  worker: 'health of the worker',
  postgres: 'PostgreSQL',
  identity: 'single sign-on',
  git: 'Git host',
  smtp: 'mail',
  mail: 'page of the mail server',
  siem: 'SIEM, HTTPS',
  siemTls: 'SIEM, syslog over TLS',
  siemTcp: 'SIEM, syslog over TCP',
  siemPage: 'page of the SIEM',
  feeds: 'feeds of facts',
  feedsPage: 'page of the feeds',
  servicenow: 'ServiceNow',
  chat: 'chat',
  fleet: 'control of the clusters',
}
/** Web and worker listen on every address, the stand-ins on 127.0.0.1 alone. */
const EVERYWHERE: readonly string[] = ['web', 'worker'] satisfies (keyof Ports)[]

/** Looks at every port before anything is started on it. @throws CannotStart with the one that is taken and the remedy. */
export async function checkPorts(
  layout: Layout,
  { isKept, folder }: { isKept: boolean; folder: string },
): Promise<void> {
  const wanted = wantedPorts(layout)
  const seen = new Map<number, string>()
  for (const { port, what } of wanted) {
    const other = seen.get(port)
    if (other || port > 65_535)
      throw new CannotStart(
        other
          ? `Port ${port} would be used twice (${other}, ${what}). Choose another --port or --port-base.`
          : `Port ${port} (${what}) is beyond 65535. Choose a lower --port-base.`,
      )
    seen.set(port, what)
  }
  const taken = await firstTaken(wanted)
  if (!taken) return
  const flag = `npm start -- --port-base ${await freeBase(layout.clusters)}`
  const { port, what, code } = taken
  throw new CannotStart(
    code === 'EACCES'
      ? `Port ${port} (${what}) may not be used by this user. Start Stairway on higher ones: ${flag}`
      : isKept
        ? `Port ${port} (${what}) is taken. Stop what uses it; the data in ${folder} keeps its ports. Or start a second Stairway: STAIRWAY_DATA=/some/folder ${flag}`
        : `Port ${port} (${what}) is taken. Stop what uses it, or start Stairway elsewhere: ${flag}`,
  )
}

function wantedPorts({ ports, clusters }: Layout): Wanted[] {
  const { clusters: first, ...others } = ports
  return [
    ...(Object.entries(others) as [keyof typeof others, number][]).map(([name, port]) => ({
      what: WORDS[name],
      port,
      everywhere: EVERYWHERE.includes(name),
    })),
    ...Array.from({ length: clusters }, (_, index) => ({
      what: `cluster ${index + 1}`,
      port: first + index,
      everywhere: false,
    })),
  ]
}

async function firstTaken(
  wanted: readonly Wanted[],
): Promise<(Wanted & { code: string }) | undefined> {
  for (const each of wanted)
    for (const host of each.everywhere ? ['127.0.0.1', '0.0.0.0', '::'] : ['127.0.0.1']) {
      const code = await refusal(each.port, host)
      if (code === 'EADDRINUSE' || code === 'EACCES') return { ...each, code }
    }
  return undefined
}

/** Why nobody can listen there now, as an error code. */
function refusal(port: number, host: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code))
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => resolve(undefined)))
  })
}

/** A base on which everything is free now. */
async function freeBase(clusters: number): Promise<number> {
  for (let base = 5000; base < 60_000; base += 1000)
    if (!(await firstTaken(wantedPorts({ ports: portsFrom(base, undefined), clusters }))))
      return base
  return 5000
}
