import { createServer, type TLSSocket } from 'node:tls'
import type { LdapAccess } from '#lib/ports/ldap.ts'
import { makeCertificates } from '#sandbox/fleet/certificates.ts'

/** One answer to a search: names of people, and a cookie where there is more; then the line may be cut. */
export type Page = { names: readonly string[]; cookie?: string; cut?: true }

export type ScriptedLdap = {
  access: LdapAccess
  /** How many connections there were. */
  connections(): number
  stop(): Promise<void>
}

const PAGED = '1.2.840.113556.1.4.319'

/** A server by LDAPS that lets anybody in and answers searches with these pages, in this order: for answers that a real one gives only where it holds very much. */
export async function startScriptedLdap(pages: readonly Page[]): Promise<ScriptedLdap> {
  const { caPem, certPem, keyPem } = await makeCertificates('ldap')
  const sockets = new Set<TLSSocket>()
  let made = 0
  let next = 0
  const server = createServer({ cert: certPem, key: keyPem }, (socket) => {
    made += 1
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('data', (data) => {
      const { id, tag } = requestOf(data)
      if (tag === 0x60) return socket.write(message(id, result(0x61)))
      if (tag !== 0x63) return
      const page = pages[next] ?? { names: [] }
      next += 1
      for (const name of page.names) socket.write(message(id, entry(name)))
      socket.write(message(id, result(0x65), control(page.cookie ?? '')), () => {
        if (page.cut) socket.destroy()
      })
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return {
    access: { url: `ldaps://127.0.0.1:${port}`, bindDn: 'cn=x', password: 'p', caPem },
    connections: () => made,
    async stop() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Of a request its number and what it is; each comes in one piece, as they are short. */
function requestOf(data: Buffer): { id: number; tag: number } {
  const long = data[1] ?? 0
  const at = long > 127 ? 2 + (long - 128) : 2
  const length = data[at + 1] ?? 0
  return { id: data.readUIntBE(at + 2, length), tag: data[at + 2 + length] ?? 0 }
}

function tlv(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts)
  const size = content.length
  const length = size < 128 ? [size] : [0x82, size >> 8, size & 255]
  return Buffer.concat([Buffer.from([tag, ...length]), content])
}

const text = (value: string) => tlv(4, Buffer.from(value))

function message(id: number, ...parts: readonly Buffer[]): Buffer {
  const number = Buffer.alloc(4)
  number.writeUInt32BE(id)
  return tlv(0x30, tlv(2, number), ...parts)
}

function result(tag: number): Buffer {
  return tlv(tag, tlv(10, Buffer.from([0])), text(''), text(''))
}

function entry(name: string): Buffer {
  const attribute = tlv(0x30, text('cn'), tlv(0x31, text(name)))
  return tlv(0x64, text(`cn=${name}`), tlv(0x30, attribute))
}

function control(cookie: string): Buffer {
  const value = tlv(0x30, tlv(2, Buffer.from([0])), text(cookie))
  return tlv(0xa0, tlv(0x30, text(PAGED), text(value.toString('latin1'))))
}
