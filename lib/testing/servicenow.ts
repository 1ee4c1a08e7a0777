import { mkdtempSync, rmSync } from 'node:fs'
import path from 'node:path'
import type { ServiceNowAccess } from '#lib/ports/servicenow.ts'
import type { Fault } from '#sandbox/servicenow/faults.ts'
import type { Row } from '#sandbox/servicenow/tables.ts'
import { spawnSandbox } from './spawn-sandbox.ts'

type Ready = { url: string; port: number; template: string }
type Rows = { changes: Row[]; notes: Row[]; approvals: Row[] }

export const SNOW_USER = 'stairway.integration'
export const SNOW_SECRET = 'secret-of-the-integration'

export type StandInServiceNow = {
  url: string
  template: string
  access(auth?: ServiceNowAccess['auth']): ServiceNowAccess
  faults(faults: readonly Fault[]): Promise<void>
  /** Everything that stands there. */
  rows(): Promise<Rows>
  /** Calls since this was asked last. */
  calls(): Promise<{ method: string; path: string }[]>
  approve(number: string): Promise<void>
  reject(number: string, comments: string): Promise<void>
  /** Writes fields as somebody there does: `comments`, `state`, `on_hold`. */
  write(number: string, fields: Row): Promise<void>
  /** Ends it as a power cut does; what was answered is there again after `start`. */
  kill(): Promise<void>
  start(): Promise<void>
  stop(): Promise<void>
}

/** The sandbox's ServiceNow as a process of its own. */
export async function startServiceNow(): Promise<StandInServiceNow> {
  const folder = mkdtempSync('/var/tmp/stairway-servicenow-')
  const spawn = (port: number) =>
    spawnSandbox<Ready>('servicenow', [
      ...['--port', String(port), '--user', SNOW_USER, '--secret', SNOW_SECRET],
      ...['--control-token', 'control', '--data', path.join(folder, 'servicenow')],
    ])
  let child = await spawn(0)
  const { url, port, template } = child.ready
  const control = async <T>(at: string, body: unknown = {}): Promise<T> => {
    const answer = await fetch(`${url}/control/${at}`, {
      method: 'POST',
      headers: { authorization: 'Bearer control' },
      body: JSON.stringify(body),
    })
    if (!answer.ok) throw new Error(`ServiceNow's ${at}: ${answer.status} ${await answer.text()}`)
    return (await answer.json()) as T
  }
  return {
    url,
    template,
    access: (auth = 'basic') => ({ instance: url, auth, user: SNOW_USER, secret: SNOW_SECRET }),
    faults: (faults) => control('faults', { faults }),
    rows: () => control('rows'),
    calls: () => control('calls'),
    approve: (number) => control('approve', { number }),
    reject: (number, comments) => control('reject', { number, comments }),
    write: (number, fields) => control('write', { number, ...fields }),
    kill: () => child.kill(),
    async start() {
      child = await spawn(port)
    },
    async stop() {
      await child.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
