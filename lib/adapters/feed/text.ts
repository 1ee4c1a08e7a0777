import { AdapterError } from '#lib/adapter-error.ts'

/** The text of a feed; throws AdapterError on bytes that are no UTF-8. */
export function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    const detail = 'the feed is not UTF-8'
    throw new AdapterError(
      { system: 'feed', operation: 'read', reason: 'invalid', retryable: false, detail },
      { cause },
    )
  }
}
