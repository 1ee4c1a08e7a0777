import { err, ok, type Result } from '#lib/result.ts'

/** The bytes of a body of at most so many: refused by its declared length before anything is read, else as soon as more arrives. */
export async function bodyUpTo(
  request: Request,
  most: number,
): Promise<Result<Buffer, { code: 'body_too_large' }>> {
  const tooLarge = err({ code: 'body_too_large' })
  if (Number(request.headers.get('content-length')) > most) return tooLarge
  const reader = request.body?.getReader()
  const chunks: Uint8Array[] = []
  let size = 0
  for (;;) {
    const part = await reader?.read()
    if (!part || part.done) return ok(Buffer.concat(chunks))
    size += part.value.byteLength
    if (size > most) {
      await reader?.cancel()
      return tooLarge
    }
    chunks.push(part.value)
  }
}

/** The JSON that bytes hold as UTF-8. */
export function jsonIn(bytes: Uint8Array): Result<unknown, { code: 'body_malformed' }> {
  try {
    return ok(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown)
  } catch {
    return err({ code: 'body_malformed' })
  }
}
