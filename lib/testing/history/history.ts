import type { Submitted } from '#lib/onboarding/request-service.ts'
import { eventBetween, look, type Seen, violations } from './invariants.ts'
import type { Actor, World } from './world.ts'

/** How often something was reached, by its name. */
export type Tally = Map<string, number>

type Current = {
  changeId: string
  name: string
  revision: number
  planHash: string
  /** The plan of the revision before; of the first, one that nobody ever saw. */
  before: string
  /** Who asked for it or edited it. */
  asked: Set<Actor>
}

const NONE: Current = {
  ...{ changeId: 'chg_none', name: 'none', revision: 1, planHash: 'e'.repeat(64) },
  ...{ before: 'f'.repeat(64), asked: new Set() },
}

let histories = 0

/** One history: the changes that it made, and what must be so of them after each act. */
export class History {
  readonly world: World
  readonly platform: World['at']['organisation']['platform']
  current: Current = NONE
  state = ''
  private readonly number: number
  private readonly tally: Tally
  private readonly changes: string[] = []
  private readonly ends = new Map<string, number>()
  private moves = new Map<string, number>()

  constructor(world: World, tally: Tally) {
    histories += 1
    this.number = histories
    this.world = world
    this.platform = world.at.organisation.platform
    this.tally = tally
  }

  /** A name that no other service has. */
  nextName(): string {
    return `h${this.number}-${this.changes.length}`
  }

  begun(who: Actor, name: string, { changeId, revision, planHash }: Submitted): void {
    this.changes.push(changeId)
    this.current = {
      changeId,
      name,
      revision,
      planHash,
      before: NONE.before,
      asked: new Set([who]),
    }
  }

  edited(who: Actor, { revision, planHash }: Submitted): void {
    const { planHash: before, asked } = this.current
    this.current = { ...this.current, revision, planHash, asked: asked.add(who) }
    if (before !== planHash) this.current.before = before
  }

  /** The newest run of the change. */
  async runId(): Promise<string> {
    const [run] = await this.world.at.rows<{ id: string }>(
      `select id from run where change_id = $1`,
      this.current.changeId,
    )
    return run?.id ?? 'run_none'
  }

  /** Counts what came of an act, and throws when anything that must always be so is not. */
  async settle(act: string, outcome: string): Promise<void> {
    this.count(`${act}: ${outcome}`)
    const seen = await look(this.world.at, this.changes)
    for (const change of seen) {
      const broken = [...violations(change), ...this.movedAfterEnd(change)]
      if (broken.length > 0) throw new Error(`after ${act}, ${outcome}: ${broken.join('; ')}`)
      this.countMoves(change)
    }
    this.state = seen.find(({ id }) => id === this.current.changeId)?.state ?? ''
  }

  private movedAfterEnd({ id, state, version, names }: Seen): string[] {
    const ended = this.ends.get(id)
    if (ended === undefined && names === 0) this.ends.set(id, version)
    return ended === undefined || ended === version ? [] : [`it was written after it ${state}`]
  }

  private countMoves({ id, moves }: Seen): void {
    for (const [from, to] of moves.slice(this.moves.get(id) ?? 0))
      this.count(`move ${from} ${eventBetween(from, to)}`)
    this.moves.set(id, moves.length)
  }

  private count(what: string): void {
    this.tally.set(what, (this.tally.get(what) ?? 0) + 1)
  }
}
