import { closeFailedChange } from '#lib/onboarding/close-failed-change.ts'
import { decideChange } from '#lib/onboarding/decide-change.ts'
import { expireChanges } from '#lib/onboarding/expire-changes.ts'
import { cancelRun, retryRun } from '#lib/onboarding/operate-run.ts'
import { requestService } from '#lib/onboarding/request-service.ts'
import { startChange } from '#lib/onboarding/start-change.ts'
import { withdrawChange } from '#lib/onboarding/withdraw-change.ts'
import { aRequest } from '#lib/testing/organisation.ts'
import type { Viewer } from '#lib/viewer.ts'
import type { History } from './history.ts'
import { breakRun, endCancelled, finishRun } from './runs.ts'
import type { Actor, Seated } from './world.ts'

/** What somebody does, and whether it may lead anywhere in this state; one that may not is tried only now and then. */
export type Act = {
  name: string
  /** What tells it from others of its name. */
  args: object
  fits(state: string): boolean
  /** Does it; answers `ok` or the code of the refusal. */
  perform(history: History): Promise<string>
}

const open = ['awaiting_approval', 'approved', 'changes_requested', 'blocked']
const ended = ['', 'closed', 'rejected', 'cancelled', 'expired']
/** As a request of the web would: who may not sign in does nothing. */
export async function as(
  history: History,
  who: Actor,
  does: (viewer: Viewer) => Promise<{ ok: true } | { ok: false; error: { code: string } }>,
): Promise<string> {
  const viewer = await history.world.viewer(who)
  if (!viewer) return 'may_not_sign_in'
  const answer = await does(viewer)
  return answer.ok ? 'ok' : answer.error.code
}

/** A new service is asked for. */
export function submit({ who, asked }: { who: Actor; asked: Asked }): Act {
  return {
    ...{ name: 'submit', args: { who, ...asked } },
    fits: (state) => ended.includes(state),
    perform: (history) =>
      as(history, who, async (viewer) => {
        const name = history.nextName()
        const answer = await requestService(history.platform, viewer, {
          request: requestOf(name, asked),
        })
        if (answer.ok && answer.value.type === 'standard' && (await history.world.owesReview()))
          throw new Error('it was pre-authorised while a review of the team is overdue')
        if (answer.ok) history.begun(who, name, answer.value)
        return answer
      }),
  }
}

/** What is asked for: where, how large, with which data. */
export type Asked = {
  place: { environment: string; cluster: string }
  size: 'small' | 'medium' | 'large'
  dataClass: number
  reason: string
  emergency: boolean
}

function requestOf(name: string, { place, size, dataClass, reason, emergency }: Asked) {
  return aRequest(name, {
    ...{ targets: [place], size, dataClass, reason },
    ...(emergency
      ? { emergency: { incident: 'INC0012345', why: 'it is down for everybody' } }
      : {}),
  })
}

/** The change is edited, now and then from a revision that is not the current one. */
export function edit({ who, asked, stale }: { who: Actor; asked: Asked; stale: boolean }): Act {
  return {
    ...{ name: 'edit', args: { who, stale, ...asked } },
    fits: (state) => open.includes(state),
    perform: (history) =>
      as(history, who, async (viewer) => {
        const { changeId, revision, name } = history.current
        const answer = await requestService(history.platform, viewer, {
          ...{ request: requestOf(name, asked), changeId },
          baseRevision: stale ? revision + 1 : revision,
        })
        if (answer.ok && stale) throw new Error('an edit of another revision was taken')
        if (answer.ok) history.edited(who, answer.value)
        return answer
      }),
  }
}

type Given = {
  who: Actor
  verdict: 'approve' | 'reject' | 'request_changes'
  stale: boolean
  /** For whom, where it is not their own vote: as a rule the two of a delegation that lasts; these two where there is none, or blindly. */
  behalf?: Actor | undefined
  blind?: boolean
}

/** Who decides on nothing by a role of their own. */
const WITHOUT_ROLE: readonly Actor[] = ['iris.novak', 'chen.wei', 'ada.okafor']

/**
 * Somebody votes, now and then on a plan that is not the current one, now and then for another. Who asked for it must not succeed, in no name, nor who
 * decides on nothing; nor whoever has no delegation of the one they sign for, or a vote of either.
 */
export function decide({ who: caller, verdict, stale, behalf: other, blind }: Given): Act {
  return {
    ...{ name: `decide ${verdict}${other ? ' for another' : ''}` },
    args: { who: caller, stale, other, blind },
    fits: (state) => state === 'awaiting_approval',
    async perform(history) {
      const pair = other && !blind ? await history.world.aDelegation() : undefined
      const who = pair?.delegate ?? caller
      const behalf = pair?.delegator ?? other
      return as(history, who, async (viewer) => {
        const { changeId, planHash, before, asked } = history.current
        const id = behalf && history.world.ids.people.get(behalf)
        const may = id === undefined || (await history.world.maySign(viewer.id, id))
        const fresh = { ...viewer, authTime: Date.now() }
        const answer = await decideChange(history.platform, fresh, {
          ...{ changeId, verdict, comment: 'seen' },
          planHash: stale ? before : planHash,
          ...(id !== undefined && { onBehalfOf: id }),
        })
        if (!answer.ok) return answer
        if (stale) throw new Error('a vote on other bytes was taken')
        if (asked.has(who)) throw new Error(`${who} asked for it, and voted`)
        if (behalf && asked.has(behalf))
          throw new Error(`${behalf} asked for it, and ${who} signed`)
        if (!may) throw new Error(`${who} signed for ${behalf} without a delegation`)
        if (WITHOUT_ROLE.includes(who) || (who === 'grace.kim' && !behalf))
          throw new Error(`${who} decides on nothing, and voted`)
        return answer
      })
    },
  }
}

/** Somebody takes the change back. */
export function withdraw(who: Actor): Act {
  return {
    ...{ name: 'withdraw', args: { who } },
    fits: (state) => open.includes(state),
    perform: (history) =>
      as(history, who, (viewer) =>
        withdrawChange(history.platform, viewer, {
          ...{ changeId: history.current.changeId, reason: '' },
        }),
      ),
  }
}

/** The worker starts the change. */
export function start(): Act {
  return {
    ...{ name: 'start', args: {} },
    fits: (state) => ['approved', 'blocked'].includes(state),
    async perform({ world, current }) {
      await startChange(world.at.worker, current.changeId)
      return 'ok'
    },
  }
}

/** The live run succeeds. */
export function finish(): Act {
  return {
    ...{ name: 'finish', args: {} },
    fits: (state) => state === 'executing',
    perform: ({ world, current }) => finishRun(world.at, current.changeId),
  }
}

/** The live run fails. */
export function fail(): Act {
  return {
    ...{ name: 'fail', args: {} },
    fits: (state) => state === 'executing',
    perform: ({ world, current }) => breakRun(world.at, current.changeId),
  }
}

/** Somebody cancels the run, and the worker meets it. */
export function cancel(who: Actor): Act {
  return {
    ...{ name: 'cancel', args: { who } },
    fits: (state) => state === 'executing',
    async perform(history) {
      const runId = await history.runId()
      const answer = await as(history, who, (viewer) =>
        cancelRun(history.platform, viewer, { runId }),
      )
      if (answer === 'ok') await endCancelled(history.world.at, runId)
      return answer
    },
  }
}

/** Somebody retries the failed run. */
export function retry(who: Actor): Act {
  return {
    ...{ name: 'retry', args: { who } },
    fits: (state) => state === 'failed',
    async perform(history) {
      const runId = await history.runId()
      return as(history, who, (viewer) => retryRun(history.platform, viewer, { runId }))
    },
  }
}

/** Somebody closes the failed change. */
export function giveUp(who: Actor): Act {
  return {
    ...{ name: 'give up', args: { who } },
    fits: (state) => state === 'failed',
    perform: (history) =>
      as(history, who, (viewer) =>
        closeFailedChange(history.platform, viewer, {
          ...{ changeId: history.current.changeId, reason: 'given up' },
        }),
      ),
  }
}

/** What a change stands in between two acts while its time may run out. Of one that is over, the deadline is not even the test's to write. */
const DECIDABLE = ['awaiting_approval', 'approved', 'blocked']

/** The worker looks for changes whose time is over; this one may be due. */
export function expire(due: boolean): Act {
  return {
    ...{ name: 'expire', args: { due } },
    fits: (state) => open.includes(state),
    async perform({ world, current, state }) {
      if (due)
        await world.at.rows(
          `update change set expires_at = now() - interval '1 second' where id = $1 and state = any ($2)`,
          ...[current.changeId, DECIDABLE],
        )
      await expireChanges(world.at.worker)
      return due && DECIDABLE.includes(state) ? 'ok' : 'nothing_due'
    },
  }
}

/** The directory takes somebody out of a group or of the house, or back in. */
export function leave({ who, back, group }: { who: Seated; back: boolean; group: boolean }): Act {
  return {
    ...{ name: `${back ? 'come back to' : 'leave'} the ${group ? 'group' : 'house'}` },
    args: { who },
    fits: () => true,
    async perform({ world }) {
      await (group ? world.setMember(who, back) : world.setActive(who, back))
      return 'ok'
    },
  }
}

/** The owners' policy asks for one owner or two. */
export function policy(owners: 1 | 2): Act {
  return {
    ...{ name: 'change the policy', args: { owners } },
    fits: () => true,
    async perform({ world }) {
      await world.setPolicy(owners)
      return 'ok'
    },
  }
}

/** The standard change is suspended, or in force again. */
export function standard(state: 'active' | 'suspended'): Act {
  return {
    ...{ name: `make the standard ${state}`, args: {} },
    fits: () => true,
    async perform({ world }) {
      await world.setStandard(state)
      return 'ok'
    },
  }
}

/** A freeze over everything begins, or is over. */
export function freeze(on: boolean): Act {
  return {
    ...{ name: on ? 'begin a freeze' : 'end the freeze', args: {} },
    fits: (state) => (on ? ['awaiting_approval', 'approved'].includes(state) : state === 'blocked'),
    async perform({ world }) {
      await world.setFreeze(on)
      return 'ok'
    },
  }
}
