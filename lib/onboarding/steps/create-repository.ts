import type { Trouble } from '#lib/runs/state.ts'
import { type RunContext, requestOf, type SingleStep } from './step.ts'

/** Creates the repository, or finds ours by its marker; a foreign one of that name stops the run. */
export const createRepository: SingleStep = {
  kind: 'single',
  name: 'create_repository',
  title: 'Create the repository',
  async perform({ sourceHost, settings }, run) {
    const ensured = await sourceHost.ensureRepository({
      org: run.gitOrg,
      name: requestOf(run).name,
      description: requestOf(run).description,
      marker: repositoryMarker(settings.publicUrl, run),
    })
    if (ensured.outcome === 'taken')
      return {
        kind: 'stop',
        trouble: repositoryTaken(run, 'exists and was not made by this change'),
      }
    const { id, htmlUrl, cloneUrl, defaultBranch } = ensured.repository
    return {
      kind: 'done',
      facts: { outcome: ensured.outcome, repositoryId: id, htmlUrl, cloneUrl, defaultBranch },
    }
  },
}

/** How a repository is known as this change's. The link leads people to the change; the id behind it is never given twice, as a number may be after a restore. */
export function repositoryMarker(
  publicUrl: string,
  { changeNumber, changeId }: Pick<RunContext, 'changeNumber' | 'changeId'>,
): string {
  return `${publicUrl}/changes/${changeNumber}#${changeId}`
}

/** Why a run stops at a repository that is not its own. */
export function repositoryTaken(
  run: Pick<RunContext, 'runId' | 'gitOrg' | 'request'>,
  what: string,
): Trouble {
  return {
    code: 'repository_taken',
    detail: `${run.gitOrg}/${requestOf(run).name} ${what}; nothing in it was touched`,
    whose: 'yours',
    nextStep:
      'Ask the owner of that repository to rename it and retry, or close this change as unsuccessful and request again under another name.',
    system: 'github',
  }
}
