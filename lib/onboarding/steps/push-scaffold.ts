import { repositoryTaken } from './create-repository.ts'
import { requestOf, type SingleStep } from './step.ts'
import { verifiedItems } from './verified-items.ts'

const REPOSITORY_PREFIX = 'repo/'

/** Puts the approved files on the default branch as one reproducible commit, and protects the branch. */
export const pushScaffold: SingleStep = {
  kind: 'single',
  name: 'push_scaffold',
  title: 'Push the scaffold',
  async perform(platform, run) {
    const items = await verifiedItems(platform, run, { prefix: REPOSITORY_PREFIX })
    const repository = { org: run.gitOrg, name: requestOf(run).name }
    const pushed = await platform.sourceHost.pushScaffold(repository, {
      branch: 'main',
      message: `Scaffold ${requestOf(run).name}\n\nCHG-${run.changeNumber}, requested by ${run.requesterName} <${run.requesterEmail}>.\nPlan ${run.planHash}\n`,
      author: { name: 'Stairway', email: 'stairway@stairway.internal' },
      at: run.approvedAt,
      files: items.map((item) => ({
        path: item.path.slice(REPOSITORY_PREFIX.length),
        content: item.body,
        mode: item.mediaType.includes('executable') ? '100755' : '100644',
      })),
    })
    if (pushed.outcome === 'taken') {
      const what = `shows a history on main that is not of this change, at ${pushed.head.slice(0, 12)}`
      return { kind: 'stop', trouble: repositoryTaken(run, what) }
    }
    await platform.sourceHost.protectBranch(repository, 'main')
    return {
      kind: 'done',
      facts: { commit: pushed.sha, outcome: pushed.outcome, files: items.length },
    }
  },
}
