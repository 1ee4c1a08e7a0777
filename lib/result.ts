/** The outcome of something that may be refused for a reason the caller is expected to act on. */
export type Result<T, E> = { ok: true; value: T } | { ok: false; error: E }

/** A granted outcome. */
export function ok<T>(value: T): { ok: true; value: T } {
  return { ok: true, value }
}

/** A refusal; `error` is a union of `{ code, …facts }`, never a sentence. */
export function err<const E>(error: E): { ok: false; error: E } {
  return { ok: false, error }
}
