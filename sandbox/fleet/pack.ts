import { createHash } from 'node:crypto'

export type PackObject = { type: number; body: Buffer }

const OFS_DELTA = 6
const REF_DELTA = 7
const NAMES: Record<number, string> = { 1: 'commit', 2: 'tree', 3: 'blob', 4: 'tag' }

type Inflate = (input: Buffer, options?: { info: true; maxOutputLength?: number }) => unknown

/** Reads a version 2 pack: every object by its SHA-1, deltas resolved. Format: gitformat-pack(5). */
export function readPack(pack: Buffer, inflate: Inflate): Map<string, PackObject> {
  const count = pack.readUInt32BE(8)
  const byOffset = new Map<number, PackObject>()
  const bySha = new Map<string, PackObject>()
  let at = 12
  for (let n = 0; n < count; n += 1) {
    const offset = at
    const head = readHead(pack, at)
    at = head.next
    let base: PackObject | undefined
    if (head.type === OFS_DELTA) {
      const distance = readDistance(pack, at)
      at = distance.next
      base = byOffset.get(offset - distance.value)
    } else if (head.type === REF_DELTA) {
      base = bySha.get(pack.subarray(at, at + 20).toString('hex'))
      at += 20
    }
    const { buffer, engine } = inflate(pack.subarray(at), { info: true }) as {
      buffer: Buffer
      engine: { bytesWritten: number }
    }
    at += engine.bytesWritten
    if (head.type >= OFS_DELTA && !base) throw new Error('a delta without its base')
    const object = base
      ? { type: base.type, body: applyDelta(base.body, buffer) }
      : { type: head.type, body: buffer }
    byOffset.set(offset, object)
    bySha.set(
      createHash('sha1')
        .update(`${NAMES[object.type]} ${object.body.length}\0`)
        .update(object.body)
        .digest('hex'),
      object,
    )
  }
  return bySha
}

function readHead(pack: Buffer, from: number): { type: number; next: number } {
  const first = pack[from] ?? 0
  let at = from + 1
  let more = first & 0x80
  while (more) {
    more = (pack[at] ?? 0) & 0x80
    at += 1
  }
  return { type: (first >> 4) & 7, next: at }
}

function readDistance(pack: Buffer, from: number): { value: number; next: number } {
  let byte = pack[from] ?? 0
  let at = from + 1
  let value = byte & 0x7f
  while (byte & 0x80) {
    byte = pack[at] ?? 0
    at += 1
    value = ((value + 1) << 7) | (byte & 0x7f)
  }
  return { value, next: at }
}

function applyDelta(base: Buffer, delta: Buffer): Buffer {
  let at = skipSize(delta, skipSize(delta, 0))
  const parts: Buffer[] = []
  while (at < delta.length) {
    const op = delta[at] ?? 0
    at += 1
    if (op & 0x80) {
      let offset = 0
      let size = 0
      for (let bit = 0; bit < 4; bit += 1)
        if (op & (1 << bit)) offset |= (delta[at++] ?? 0) << (8 * bit)
      for (let bit = 0; bit < 3; bit += 1)
        if (op & (0x10 << bit)) size |= (delta[at++] ?? 0) << (8 * bit)
      parts.push(base.subarray(offset, offset + (size || 0x10000)))
    } else {
      parts.push(delta.subarray(at, at + op))
      at += op
    }
  }
  return Buffer.concat(parts)
}

function skipSize(delta: Buffer, from: number): number {
  let at = from
  while ((delta[at] ?? 0) & 0x80) at += 1
  return at + 1
}
