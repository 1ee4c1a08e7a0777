import type { SingleStep } from './step.ts'

/** Creates the repository, or finds ours by its marker; a foreign one of that name stops the run. */
export const createRepository: SingleStep = {
  kind: 'single',
  name: 'create_repository',
  title: 'Create the repository',
  async perform({ sourceHost, settings }, run) {
    const ensured = await sourceHost.ensureRepository({
      org: run.gitOrg,
      name: run.request.name,
      description: run.request.description,
      marker: `${settings.publicUrl}/changes/${run.changeNumber}`,
    })
    if (ensured.outcome === 'taken') {
      return {
        kind: 'stop',
        trouble: {
          code: 'repository_taken',
          detail: `${run.gitOrg}/${run.request.name} exists and was not made by this change; nothing in it was touched`,
          whose: 'yours',
          nextStep:
            'Ask the owner of that repository to rename it and retry, or close this change as unsuccessful and request again under another name.',
          system: 'github',
        },
      }
    }
    const { id, htmlUrl, cloneUrl, defaultBranch } = ensured.repository
    return {
      kind: 'done',
      facts: { outcome: ensured.outcome, repositoryId: id, htmlUrl, cloneUrl, defaultBranch },
    }
  },
}
