import { readFileSync } from 'node:fs'
import path from 'node:path'

const PORT_BASE = Number(process.env.E2E_PORT_BASE)
const DATA = process.env.E2E_DATA ?? ''

function read<T>(name: string): T {
  return JSON.parse(readFileSync(path.join(DATA, name), 'utf8')) as T
}

async function control(port: number, at: string, body: unknown): Promise<void> {
  const answer = await fetch(`http://127.0.0.1:${port}${at}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${read<{ control: string }>('secrets.json').control}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify(body),
  })
  if (!answer.ok) throw new Error(`control ${port}${at}: ${answer.status} ${await answer.text()}`)
}

type ClusterFault = {
  kind: 'unreachable' | 'forbidden' | 'slow' | 'never_ready' | 'source_auth_failed'
  milliseconds?: number
}

/** Switches the faults of one simulated cluster; none heals it. */
export function faults(cluster: string, ...kinds: ClusterFault[]): Promise<void> {
  return control(PORT_BASE + 50, '/', { cluster, faults: kinds })
}

/** Lets a person leave, or come back: the directory pushes it to Stairway. */
export function setActive(user: string, active: boolean): Promise<void> {
  return control(PORT_BASE + 20, '/control', { user, active })
}

/** Mails to somebody, newest first. */
export async function mailsTo(
  address: string,
): Promise<{ to: string; subject: string; text: string }[]> {
  const answer = await fetch(`http://127.0.0.1:${PORT_BASE + 41}/messages`)
  const all = (await answer.json()) as { to: string; subject: string; text: string }[]
  return all.filter((mail) => mail.to.includes(address))
}

/** Process id of a process that the launcher keeps. */
export function pidOf(name: string): number {
  const { children } = read<{ children: { name: string; pid: number }[] }>('pids.json')
  return children.find((child) => child.name === name)?.pid ?? 0
}
