import type { Answer, Call } from './answer.ts'
import type { Event } from './hooks.ts'
import type { Repository, Store } from './store.ts'

export type Context = Call & {
  store: Store
  base: string
  /** Tells the repository's hooks what happened. */
  tell(repository: Repository, events: readonly Event[]): void
}

export type Scoped = Context & { repository: Repository; dir: string; url: string; rest: string[] }

export type Handler = (scoped: Scoped) => Answer | Promise<Answer>

export function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
