import { mkdtempSync, rmSync } from 'node:fs'
import path from 'node:path'
import type { ReceiverAccess } from '#lib/ports/audit-receiver.ts'
import type { Arrival, ChainOf } from '#sandbox/siem/arrivals.ts'
import type { Fault } from '#sandbox/siem/faults.ts'
import { spawnSandbox } from './spawn-sandbox.ts'

type Ready = { url: string; https: string; syslogTls: string; syslogTcp: string; caPem: string }

export const SIEM_TOKEN = 'token-of-the-siem'
export const SIEM_KEY = 'key-of-the-siem-that-signs'

export type Siem = Ready & {
  access(transport: ReceiverAccess['transport']): ReceiverAccess
  arrivals(): Promise<Arrival[]>
  chains(): Promise<ChainOf[]>
  faults(faults: readonly Fault[]): Promise<void>
  stop(): Promise<void>
}

/** The sandbox's SIEM as a process of its own, on ports of its own. */
export async function startSiem(): Promise<Siem> {
  const folder = mkdtempSync('/var/tmp/stairway-siem-')
  const ports = ['--port', '--syslog-tls-port', '--syslog-port', '--page-port']
  const { ready, stop } = await spawnSandbox<Ready>('siem', [
    ...ports.flatMap((name) => [name, '0']),
    ...['--token', SIEM_TOKEN, '--signing-key', SIEM_KEY, '--control-token', 'control'],
    ...['--data', path.join(folder, 'siem')],
  ])
  const endpoints = { https: ready.https, syslog_tls: ready.syslogTls, syslog_tcp: ready.syslogTcp }
  const read = async <T>(what: string) => (await (await fetch(`${ready.url}/${what}`)).json()) as T
  return {
    ...ready,
    access: (transport) => ({
      transport,
      endpoint: endpoints[transport],
      caPem: transport === 'syslog_tcp' ? null : ready.caPem,
      token: transport === 'https' ? SIEM_TOKEN : null,
      signingKey: transport === 'https' ? SIEM_KEY : null,
    }),
    arrivals: () => read('arrivals'),
    chains: () => read('chains'),
    async faults(faults) {
      const answer = await fetch(`${ready.url}/faults`, {
        method: 'PUT',
        headers: { authorization: 'Bearer control' },
        body: JSON.stringify({ faults }),
      })
      if (!answer.ok) throw new Error(`the SIEM did not take its faults: ${answer.status}`)
    },
    async stop() {
      await stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
