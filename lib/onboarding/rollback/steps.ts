import { updateChange } from '#lib/changes/store.ts'
import { closeOrReview } from '../emergency/owe-review.ts'
import { awaitFlux } from '../steps/await-ready.ts'
import type { SingleStep, Step } from '../steps/step.ts'
import { checkCommit } from './check-commit.ts'
import { moveSources } from './move-sources.ts'

/** Waits until Flux says Ready at exactly the approved commit; without one, at the newest of the branch. */
const awaitRevision = awaitFlux({
  expected: (run) => run.rollback?.commit ?? undefined,
  async delivered(_platform, run, { source, applied }) {
    // Ready of before says nothing: the source must be there as well
    const commit = run.rollback?.commit ?? source.commit
    const there = source.ready && applied.ready && applied.status !== 'behind'
    return there && commit && source.commit === commit && applied.commit === commit
      ? commit
      : undefined
  },
})

const closeRollback: SingleStep = {
  kind: 'single',
  name: 'close_change',
  title: 'Close the change',
  async perform(platform, run) {
    return {
      kind: 'done',
      async commit(tx) {
        const commit = run.rollback?.commit
        await updateChange(tx, run.changeId, { closeCode: 'successful' })
        await closeOrReview(platform, tx, {
          changeId: run.changeId,
          events: ['verify'],
          notice: 'change.rolled_back',
          reason: commit
            ? `Flux reports Ready at ${commit.slice(0, 7)} on every target; they stay there until a change lets them follow the branch again`
            : 'Flux reports Ready at the newest commit of the branch on every target',
        })
        return { heldAt: commit ?? 'branch' }
      },
    }
  },
}

/** From an approved rollback to Flux being Ready there. */
export const ROLLBACK_STEPS: readonly Step[] = [
  checkCommit,
  moveSources,
  awaitRevision,
  closeRollback,
]
