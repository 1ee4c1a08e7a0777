const CHUNK = new Uint8Array(16 * 1024).fill(0x20)

/** A body without a declared length that never ends; `sent` counts the bytes that were asked for. */
export function endlessBody(): { body: ReadableStream<Uint8Array>; sent: () => number } {
  let bytes = 0
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        bytes += CHUNK.byteLength
        controller.enqueue(CHUNK)
      },
    },
    { highWaterMark: 0 },
  )
  return { body, sent: () => bytes }
}

/** A POST as a server receives one; a stream is sent as it is read. */
export function posted(url: string, body: BodyInit, headers: Record<string, string> = {}): Request {
  return new Request(url, { method: 'POST', headers, body, duplex: 'half' } as RequestInit)
}
