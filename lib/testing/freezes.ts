import { decideChange } from '#lib/onboarding/decide-change.ts'
import type { SaveFreeze } from '#lib/onboarding/freezes/save-freeze.schema.ts'
import { saveFreeze } from '#lib/onboarding/freezes/save-freeze.ts'
import type { TestChanges } from './changes.ts'

export const MINUTE = 60_000

/** A clock's face in UTC, minutes from now. */
export function face(minutes: number): string {
  return new Date(Date.now() + minutes * MINUTE).toISOString().slice(0, 16)
}

type Freeze = SaveFreeze['freeze']

/** A blackout of everything that began an hour ago and ends in two; give what shall differ. */
export function aFreeze(differs: Partial<Freeze> = {}): SaveFreeze {
  const freeze: Freeze = {
    name: 'Year end',
    kind: 'blackout',
    reason: 'books are being closed',
    owner: 'Change Board EU',
    approvers: null,
    holdsFlux: false,
    scope: { tenants: [], environments: [], clusters: [] },
    zone: 'UTC',
    start: face(-60),
    duration: 'PT3H',
    rule: null,
    except: [],
    also: [],
    ...differs,
  }
  return { freeze, edits: null }
}

export type Standing = {
  state: string
  held: string | null
  until: Date | null
  runs: number
}

/** Freezes, and changes that meet them. */
export function testFreezes(on: () => TestChanges) {
  return {
    /** Saves a freeze as the platform's admin; answers its id. */
    async saved(differs: Partial<Freeze> = {}): Promise<string> {
      const { organisation, viewers } = on()
      const answer = await saveFreeze(organisation.platform, viewers.grace, aFreeze(differs))
      if (!answer.ok) throw new Error(JSON.stringify(answer.error))
      return answer.value.freezeId
    },
    /** A change that is approved and was not started yet. */
    async approved(name: string): Promise<{ changeId: string; number: number }> {
      const { organisation, viewers, submitted } = on()
      const { changeId, number, planHash } = await submitted(name)
      const vote = { changeId, verdict: 'approve', planHash, comment: '' } as const
      await decideChange(organisation.platform, viewers.farah, vote)
      return { changeId, number }
    },
    /** Where a change stands, and what holds it. */
    async standing(changeId: string): Promise<Standing | undefined> {
      const [row] = await on().rows<Standing>(
        `select c.state, f.name as held, c.held_until as until, (select count(*)::int from run where change_id = c.id) as runs
         from change c left join change_freeze f on f.id = c.held_by where c.id = $1`,
        changeId,
      )
      return row
    },
    /** Ends every freeze. */
    async thaw(): Promise<void> {
      await on().rows(
        `update change_freeze set ended_at = now(), ended_by = (select id from person limit 1), end_reason = 'test over' where ended_at is null`,
      )
    },
  }
}
