import { connect as connectTcp, isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { AuditReceiver, Receipt, ReceiverAccess } from '#lib/ports/audit-receiver.ts'
import { octetCounted } from './octet-counted.ts'
import { oneLine } from './words.ts'

/**
 * Syslog over TCP or TLS, one connection a batch. Syslog acknowledges nothing. What comes nearest: everything was written, we end our side, and the receiver
 * ends its own in good order after that (over TLS it must, RFC 5425 §4.4): then it has read to the end. A connection that breaks, resets, ends early or does not
 * end in time sends the whole batch again. What a receiver loses after it read, no sender can know.
 */
export function createSyslogReceiver(access: ReceiverAccess, timeoutMs: number): AuditReceiver {
  return {
    send: ({ lines }) => deliver(access, Buffer.from(lines.map(octetCounted).join('')), timeoutMs),
  }
}

function deliver(access: ReceiverAccess, bytes: Buffer, timeoutMs: number): Promise<Receipt> {
  return new Promise((resolve) => {
    let written = false
    let ended = false
    const socket = open(access, () => {
      socket.write(bytes, (error) => {
        if (error) return
        written = true
        socket.end()
      })
    })
    const timer = setTimeout(
      () => later(`the connection did not end in good order within ${timeoutMs / 1000} seconds`),
      timeoutMs,
    )
    function later(said: string): void {
      clearTimeout(timer)
      socket.destroy()
      resolve({ outcome: 'later', said: oneLine(said), afterSeconds: null })
    }
    socket.on('error', (error) => later(error.message))
    socket.on('end', () => {
      ended = true
      if (!written) later('the receiver ended the connection before everything was written')
    })
    socket.on('close', () => {
      if (!written || !ended) return later('the connection broke off')
      clearTimeout(timer)
      resolve({ outcome: 'taken', said: 'read to the end; syslog acknowledges nothing' })
    })
    socket.resume()
  })
}

function open({ transport, endpoint, caPem }: ReceiverAccess, ready: () => void): Socket {
  const url = new URL(endpoint)
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const at = { host, port: Number(url.port), allowHalfOpen: true }
  if (transport === 'syslog_tcp') return connectTcp(at, ready)
  return connectTls(
    {
      ...at,
      ...(caPem ? { ca: caPem } : {}),
      ...(isIP(host) ? {} : { servername: host }),
      rejectUnauthorized: true,
    },
    ready,
  )
}
