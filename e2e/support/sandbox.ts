import { byHand } from '#lib/testing/hand.ts'
import type { SeedCluster } from '#prisma/seed/seed.ts'
import type { FeedName, Row } from '#sandbox/feeds/rows.ts'
import type { Fault } from '#sandbox/feeds/serve.ts'
import { PRODUCT, written } from './product.ts'

const PORT_BASE = PRODUCT.portBase

async function control(port: number, at: string, body: unknown): Promise<void> {
  const answer = await fetch(`http://127.0.0.1:${port}${at}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${written<{ control: string }>('secrets.json').control}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify(body),
  })
  if (!answer.ok) throw new Error(`control ${port}${at}: ${answer.status} ${await answer.text()}`)
}

type ClusterFault = {
  kind: 'unreachable' | 'forbidden' | 'slow' | 'never_ready' | 'source_auth_failed' | 'drift'
  milliseconds?: number
}

/** Switches the faults of one simulated cluster; none heals it. */
export function faults(cluster: string, ...kinds: ClusterFault[]): Promise<void> {
  return control(PORT_BASE + 50, '/', { cluster, faults: kinds })
}

/** A simulated cluster as somebody with kubectl reaches it. */
export async function reach(name: string): Promise<SeedCluster> {
  const answer = await fetch(`http://127.0.0.1:${PORT_BASE + 50}/`, {
    headers: { authorization: `Bearer ${written<{ control: string }>('secrets.json').control}` },
  })
  const { clusters } = (await answer.json()) as { clusters: SeedCluster[] }
  const found = clusters.find((cluster) => cluster.name === name)
  if (!found) throw new Error(`no cluster ${name}`)
  return found
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
  const { children } = written<{ children: { name: string; pid: number }[] }>('pids.json')
  return children.find((child) => child.name === name)?.pid ?? 0
}

/** Asks the Git host's API. */
export async function gitHost<T>(method: string, at: string, body?: object): Promise<T> {
  const answer = await fetch(`http://127.0.0.1:${PORT_BASE + 30}${at}`, {
    method,
    headers: {
      authorization: `Bearer ${written<{ git: string }>('secrets.json').git}`,
      'content-type': 'application/json',
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  if (!answer.ok) throw new Error(`${method} ${at}: ${answer.status} ${await answer.text()}`)
  return (await answer.json()) as T
}

/** Somebody with kubectl on a simulated cluster: applies an object, or merges fields into one, under a field manager. */
export async function byKubectl(
  cluster: string,
  {
    path,
    body,
    manager,
    applies,
  }: { path: string; body: object; manager: string; applies: boolean },
): Promise<void> {
  const told = await fetch(`http://127.0.0.1:${PORT_BASE + 50}/`, {
    headers: { authorization: `Bearer ${written<{ control: string }>('secrets.json').control}` },
  })
  const { clusters } = (await told.json()) as { clusters: SeedCluster[] }
  const found = clusters.find(({ name }) => name === cluster)
  if (!found) throw new Error(`no cluster ${cluster}`)
  await byHand(found, { path, body, manager, applies })
}

/** What the sandbox's SIEM is reached by: its address for HTTPS, authority and token. */
export async function siem(): Promise<{ endpoint: string; caPem: string; token: string }> {
  const answer = await fetch(`http://127.0.0.1:${PORT_BASE + 45}/ca`)
  const { caPem } = (await answer.json()) as { caPem: string }
  const { siem: token } = written<{ siem: string }>('secrets.json')
  return { endpoint: `https://127.0.0.1:${PORT_BASE + 42}/events`, caPem, token }
}

/** What arrived at the SIEM, each as its text. */
export async function siemArrivals(): Promise<string[]> {
  const answer = await fetch(`http://127.0.0.1:${PORT_BASE + 45}/arrivals`)
  return ((await answer.json()) as { text: string }[]).map(({ text }) => text)
}

/** What the sandbox's feeds of facts are reached by: their address, authority and token. */
export async function feeds(): Promise<{ https: string; caPem: string; token: string }> {
  const answer = await fetch(`http://127.0.0.1:${PORT_BASE + 49}/ca`)
  const { caPem } = (await answer.json()) as { caPem: string }
  const { feeds: token } = written<{ feeds: string }>('secrets.json')
  return { https: `https://127.0.0.1:${PORT_BASE + 48}`, caPem, token }
}

/** Switches the faults of the feeds; none heals them. */
export async function feedFaults(...faults: readonly Fault[]): Promise<void> {
  const answer = await fetch(`http://127.0.0.1:${PORT_BASE + 49}/faults`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${written<{ control: string }>('secrets.json').control}` },
    body: JSON.stringify(faults),
  })
  if (!answer.ok) throw new Error(`the feeds did not take their faults: ${answer.status}`)
}

/** What the sandbox's ServiceNow is reached by, and the template of its standard changes. */
export function serviceNow(): { instance: string; user: string; secret: string; template: string } {
  return {
    instance: `http://127.0.0.1:${PORT_BASE + 46}`,
    user: 'stairway.integration',
    secret: written<{ servicenow: string }>('secrets.json').servicenow,
    template: '7e57a1e0000000000000000000000001',
  }
}

/** Rows of the sandbox's ServiceNow, by the short description of their change. */
export async function serviceNowChanges(title: string): Promise<Record<string, string>[]> {
  const answer = await fetch(`http://127.0.0.1:${PORT_BASE + 46}/control/rows`, {
    method: 'POST',
    headers: { authorization: `Bearer ${written<{ control: string }>('secrets.json').control}` },
  })
  const { changes } = (await answer.json()) as { changes: Record<string, string>[] }
  return changes.filter(({ short_description = '' }) => short_description.includes(title))
}

/** Switches how the sandbox's ServiceNow misbehaves; none heals it. */
export function serviceNowFaults(...kinds: { kind: string }[]): Promise<void> {
  return control(PORT_BASE + 46, '/control/faults', { faults: kinds })
}

/** The webhooks of the sandbox's chat, as somebody copies them from Slack or Teams. */
export function chatWebhooks(): { slack: string; teams: string } {
  const { chat: token } = written<{ chat: string }>('secrets.json')
  const url = `http://127.0.0.1:${PORT_BASE + 47}`
  return {
    slack: `${url}/services/T00000000/B00000000/${token}`,
    teams: `${url}/workflows/0123456789abcdef/triggers/manual/paths/invoke?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=${token}`,
  }
}

/** What arrived in the sandbox's chat, the newest first. */
export async function chatMessages(): Promise<
  { kind: string; lines: string[]; link: string | null }[]
> {
  const answer = await fetch(`http://127.0.0.1:${PORT_BASE + 47}/messages`)
  const { messages } = (await answer.json()) as {
    messages: { kind: string; lines: string[]; link: string | null }[]
  }
  return messages
}

/** The page of the sandbox's chat. */
export function chatPage(): string {
  return `http://127.0.0.1:${PORT_BASE + 47}/`
}

/** Switches how the sandbox's chat misbehaves; none heals it. */
export async function chatFaults(...faults: { kind: number }[]): Promise<void> {
  const answer = await fetch(`http://127.0.0.1:${PORT_BASE + 47}/faults`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${written<{ control: string }>('secrets.json').control}` },
    body: JSON.stringify({ faults }),
  })
  if (!answer.ok) throw new Error(`the chat did not take its faults: ${answer.status}`)
}

/** Says something else in one of the feeds of facts. */
export async function feedRows(feed: FeedName, rows: readonly Row[]): Promise<void> {
  const answer = await fetch(`http://127.0.0.1:${PORT_BASE + 49}/rows/${feed}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${written<{ control: string }>('secrets.json').control}` },
    body: JSON.stringify(rows),
  })
  if (!answer.ok) throw new Error(`the feeds did not take ${feed}: ${answer.status}`)
}
