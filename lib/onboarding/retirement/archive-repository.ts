import type { Trouble } from '#lib/runs/state.ts'
import { workerScope } from '../run-context.ts'
import { type RunContext, requestOf, type SingleStep } from '../steps/step.ts'

/** Makes the repository read-only, if it carries the mark of the change that made the service. */
export const archiveRepository: SingleStep = {
  kind: 'single',
  name: 'archive_repository',
  title: 'Archive the repository',
  async perform(platform, run) {
    const made = await platform.db.inContext(workerScope(run), (tx) =>
      tx.change.findMany({
        where: { service_id: run.serviceId, kind: 'onboard', tenant_id: run.tenantId },
        select: { id: true },
      }),
    )
    const marks = made.map(({ id }) => `#${id}`)
    const outcome = await platform.sourceHost.archiveRepository(
      { org: run.gitOrg, name: requestOf(run).name },
      (marker) => marks.some((mark) => marker.endsWith(mark)),
    )
    if (outcome === 'foreign') return { kind: 'stop', trouble: notOurs(run) }
    return { kind: 'done', facts: { repository: outcome } }
  },
}

function notOurs(run: RunContext): Trouble {
  return {
    code: 'repository_not_ours',
    detail: `${run.gitOrg}/${requestOf(run).name} does not carry the mark of the change that made the service; nothing in it was touched`,
    whose: 'yours',
    nextStep:
      'Find out what stands under that name. Where it is the service’s, write the mark back as its homepage and retry; where it is another one, rename it and retry.',
    system: 'github',
  }
}
