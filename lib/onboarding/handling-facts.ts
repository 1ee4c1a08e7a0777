import { type FreezeFacts, type HandlingFacts, known } from '#lib/entitlements/facts.ts'
import type { HandlingRows, HoldingRow } from '#lib/entitlements/handling-store.ts'
import type { FactsInput } from './load-facts.ts'
import { signInFact } from './signed-in.ts'

/** Facts about how a request is handled: the sign-in of who asks, the freezes over it, and who approved it. */
export function handlingFacts(row: HandlingRows, { signedIn }: FactsInput): HandlingFacts {
  return {
    signIn: signedIn && signInFact(signedIn),
    freezes: known({ holding: row.freezes.map(holding) }, row.now, 'change calendar'),
    votes: known({ given: row.votes }, row.now, 'approvals'),
  }
}

function holding({ name, kind, approvers, until }: HoldingRow): FreezeFacts['holding'][number] {
  const end = until === null ? 'until it is ended' : `until ${until} UTC`
  if (kind === 'maintenance_only')
    return {
      name,
      words: until === null ? 'opens no window soon' : `opens its next window at ${until} UTC`,
    }
  if (kind === 'blackout') return { name, words: `lasts ${end}` }
  return { name, words: `lasts ${end}, unless ${approvers} let it through` }
}
