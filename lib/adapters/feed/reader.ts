import { AdapterError } from '#lib/adapter-error.ts'
import type { FeedReader } from '#lib/ports/feed-reader.ts'
import { readFile } from './file-feed.ts'
import { fetchFeed } from './https-feed.ts'

export type FeedOptions = {
  /** Is this address on the allow-list? */
  allows(url: string): boolean
  /** Folder that holds feeds as files; none: no file is read. */
  folder: string | undefined
  timeoutMs?: number
  /** Bytes of a feed at most. */
  mostBytes?: number
}

const TIMEOUT_MS = 60_000
const MOST_BYTES = 64 * 1024 * 1024

/** Reads feeds by HTTPS, always verified, and from files of one folder. */
export function createFeedReader({
  allows,
  folder,
  timeoutMs = TIMEOUT_MS,
  mostBytes = MOST_BYTES,
}: FeedOptions): FeedReader {
  return {
    async read(access) {
      if (access.transport === 'file') {
        if (folder !== undefined) return readFile(folder, access.address, mostBytes)
        throw refused('FEEDS_FOLDER names no folder of feeds; whoever runs the worker sets it')
      }
      if (!allows(access.address)) throw refused(`${access.address} is not in OUTBOUND_ALLOW`)
      return fetchFeed(access, { timeoutMs, mostBytes })
    },
  }
}

function refused(detail: string): AdapterError {
  return new AdapterError({
    ...{ system: 'feed', operation: 'read', reason: 'not_allowed', retryable: false, detail },
  })
}
