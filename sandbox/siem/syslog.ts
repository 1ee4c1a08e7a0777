import type { Socket } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import type { Arrival, openArrivals } from './arrivals.ts'
import type { Faults } from './faults.ts'

type Receiving = { arrivals: ReturnType<typeof openArrivals>; faults: Faults }

/** Messages by octet counting; what is whole is kept when the sender ends, then our side is ended. A fault cuts or waits; `under` is the connection that TLS runs over. */
export function receiveSyslog(
  { arrivals, faults }: Receiving,
  by: Arrival['by'],
  { socket, under = socket }: { socket: Socket; under?: Socket | undefined },
): void {
  const chunks: Buffer[] = []
  socket.on('error', () => undefined)
  socket.on('data', (chunk: Buffer) => void chunks.push(chunk))
  socket.on('end', () => {
    const bytes = Buffer.concat(chunks)
    const messages = messagesIn(bytes)
    const fault = faults.next(bytes.toString('utf8'))
    void settle(fault?.kind === 'slow' ? fault.ms : 0).then(() => {
      if (fault && fault.kind !== 'slow' && fault.kind !== 'silent') {
        if (fault.kind === 'cut')
          arrivals.keep(by, messages.slice(0, Math.floor(messages.length / 2)))
        return cut(under)
      }
      arrivals.keep(by, messages)
      return fault?.kind === 'silent' ? cut(under) : void socket.end()
    })
  })
}

async function settle(ms: number): Promise<void> {
  if (ms > 0) await setTimeout(ms)
}

/** By a reset, as a process that falls with a connection open does. */
function cut(under: Socket): void {
  under.resetAndDestroy()
}

/** Whole messages in front of what may be a broken one. */
function messagesIn(bytes: Buffer): string[] {
  const messages: string[] = []
  for (let at = 0; at < bytes.length; ) {
    const blank = bytes.indexOf(0x20, at)
    const length = Number(bytes.subarray(at, blank).toString())
    if (blank < 0 || !Number.isInteger(length) || blank + 1 + length > bytes.length) break
    messages.push(bytes.subarray(blank + 1, blank + 1 + length).toString('utf8'))
    at = blank + 1 + length
  }
  return messages
}
