export type PackedFile = { name: string; bytes: Uint8Array }

const BLOCK = 512
const LONGEST_NAME = 100

/** Can the archive hold a file by this name? Plain ASCII, relative, at most 100 characters, no step upwards. */
export function isPackable(name: string): boolean {
  return (
    name.length <= LONGEST_NAME &&
    /^[\x21-\x7e]+$/.test(name) &&
    name.split('/').every((part) => part !== '' && part !== '.' && part !== '..')
  )
}

/** A POSIX ustar archive of the files in the order given: the same files always give the same bytes. Throws on a name that it cannot hold. */
export function tar(files: readonly PackedFile[]): Uint8Array<ArrayBuffer> {
  const size = files.reduce((sum, { bytes }) => sum + BLOCK + padded(bytes.length), 2 * BLOCK)
  const archive = new Uint8Array(size)
  let at = 0
  for (const { name, bytes } of files) {
    if (!isPackable(name)) throw new Error(`no name for an archive: ${name}`)
    archive.set(header(name, bytes.length), at)
    archive.set(bytes, at + BLOCK)
    at += BLOCK + padded(bytes.length)
  }
  return archive
}

function padded(length: number): number {
  return Math.ceil(length / BLOCK) * BLOCK
}

function header(name: string, size: number): Uint8Array {
  const block = new Uint8Array(BLOCK)
  const put = (text: string, at: number) => block.set(new TextEncoder().encode(text), at)
  const octal = (value: number, digits: number) => value.toString(8).padStart(digits, '0')
  put(name, 0)
  put('0000644\0', 100)
  put('0000000\0', 108)
  put('0000000\0', 116)
  put(`${octal(size, 11)}\0`, 124)
  put('00000000000\0', 136)
  put(' '.repeat(8), 148)
  put('0', 156)
  put('ustar\x0000', 257)
  const sum = block.reduce((total, byte) => total + byte, 0)
  put(`${octal(sum, 6)}\0 `, 148)
  return block
}
