import { open, realpath } from 'node:fs/promises'
import path from 'node:path'
import { AdapterError } from '#lib/adapter-error.ts'
import type { Feed } from '#lib/ports/feed-reader.ts'
import { isSafePath } from '#lib/safe-path.ts'
import { textOf } from './text.ts'

/** A file below the folder of feeds; links that lead out of it are not followed. Whoever writes one puts it in place by a rename, so that it is never read half. */
export async function readFile(folder: string, name: string, mostBytes: number): Promise<Feed> {
  if (!isSafePath(name)) throw failed('not_allowed', `${name} is no path below the folder of feeds`)
  try {
    const root = await realpath(folder)
    const file = await realpath(path.join(root, name))
    if (!file.startsWith(`${root}${path.sep}`))
      throw failed('not_allowed', `${name} leads out of the folder of feeds`)
    const handle = await open(file, 'r')
    try {
      const { size, mtime } = await handle.stat()
      if (size > mostBytes) throw failed('too_large', `the feed is larger than ${mostBytes} bytes`)
      return { text: textOf(await handle.readFile()), writtenAt: mtime }
    } finally {
      await handle.close()
    }
  } catch (error) {
    if (error instanceof AdapterError) throw error
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') throw failed('not_found', `there is no file ${name}`)
    throw failed('unreachable', `${name} cannot be read: ${code ?? 'no file'}`)
  }
}

function failed(reason: string, detail: string): AdapterError {
  return new AdapterError({
    ...{ system: 'feed', operation: 'read', reason, retryable: reason !== 'not_allowed', detail },
  })
}
