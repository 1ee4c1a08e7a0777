import { branchOf } from '#lib/flux/pin.ts'
import type { Trouble } from '#lib/runs/state.ts'
import { plannedTargets } from '../planned-targets.ts'
import { requestOf, type SingleStep } from '../steps/step.ts'
import { verifiedItems } from '../steps/verified-items.ts'

/** Sees that the Git host still has the commit on its branch, before any cluster is told of it. */
export const checkCommit: SingleStep = {
  kind: 'single',
  name: 'check_commit',
  title: 'Look for the commit',
  async perform(platform, run) {
    const commit = run.rollback?.commit
    if (!commit) return { kind: 'done', facts: { follows: true } }
    const scope = { actor: 'sys:worker', tenants: [run.tenantId] }
    const targets = await platform.db.inContext(scope, (tx) => plannedTargets(tx, run))
    const items = await verifiedItems(platform, run, { targets: targets.slice(0, 1) })
    const branch = items[0] ? branchOf(items[0].body) : 'main'
    const repository = { org: run.gitOrg, name: requestOf(run).name }
    const between = await platform.sourceHost.between(repository, commit, branch)
    if (between && ['ahead', 'identical'].includes(between.standing))
      return { kind: 'done', facts: { branch, ahead: between.ahead } }
    return { kind: 'stop', trouble: unreachable(commit, branch) }
  },
}

function unreachable(commit: string, branch: string): Trouble {
  return {
    code: 'commit_unreachable',
    detail: `commit ${commit.slice(0, 12)} does not stand on ${branch} any more; no cluster was touched`,
    whose: 'yours',
    nextStep:
      'Somebody rewrote the history. Push the commit back onto the branch and retry, or give this up and choose another revision.',
    system: 'github',
  }
}
