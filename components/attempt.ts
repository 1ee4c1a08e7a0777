import { type ErrorText, errorText, type KnownError } from './error-text.ts'

type Answer<E> = { ok: true } | { ok: false; error: E }
type Outage = { ok: false; error: { code: 'unreachable' | 'other_build' } }

/** Calls an action and answers with words when it was refused or could not be reached; null when it went through. */
export async function attempt<E extends KnownError>(
  call: () => Promise<Answer<E>>,
): Promise<ErrorText | null> {
  const answer = await reach(call)
  return answer.ok ? null : errorText(answer.error)
}

/** Calls an action; an outage or a server of another build becomes a refusal like any other, so that nothing typed is lost. */
export async function reach<T extends Answer<unknown>>(
  call: () => Promise<T>,
): Promise<T | Outage> {
  try {
    return await call()
  } catch (error) {
    const stale = error instanceof Error && /server action/i.test(error.message)
    return { ok: false, error: { code: stale ? 'other_build' : 'unreachable' } }
  }
}
