import { z } from 'zod'
import { AdapterError } from '#lib/adapter-error.ts'
import type {
  EnsuredRepository,
  Repository,
  RepositoryRef,
  RepositorySpec,
} from '#lib/ports/source-host.ts'
import { type Client, placeOf } from './client.ts'
import { statusOf, untrustedAnswer } from './errors.ts'

const Answer = z.object({
  id: z.number(),
  name: z.string(),
  owner: z.object({ login: z.string() }),
  html_url: z.url(),
  clone_url: z.url(),
  default_branch: z.string().min(1),
  homepage: z.string().nullish(),
})

const Named = z.object({ full_name: z.string() })

/** GitHub takes one line of at most so many characters. */
const DESCRIPTION_LENGTH = 350

/**
 * An empty repository refuses the Git data API, so it is made with a first commit, whose root is replaced by the scaffold.
 * The marker is the homepage: set in the same request, and of use to people.
 */
export async function ensureRepository(
  { octokit, write, call }: Client,
  spec: RepositorySpec,
): Promise<EnsuredRepository> {
  const create = () =>
    octokit.rest.repos.createInOrg({
      org: spec.org,
      name: spec.name,
      description: spec.description.replace(/\s+/g, ' ').trim().slice(0, DESCRIPTION_LENGTH),
      homepage: spec.marker,
      private: true,
      auto_init: true,
      has_wiki: false,
      has_projects: false,
    })
  try {
    const { data } = await write('create repository', create)
    const { homepage, repository } = read('create repository', spec, data)
    if (homepage !== spec.marker)
      throw untrustedAnswer(
        'create repository',
        'the Git host answered with another homepage than we sent',
      )
    return { outcome: 'created', repository }
  } catch (refused) {
    if (statusOf(refused) !== 422) throw refused
    const { data } = await call('read repository', () =>
      octokit.rest.repos.get(placeOf(spec)),
    ).catch((error: unknown) => {
      throw statusOf(error) === 404 ? refused : error
    })
    const { homepage, repository } = read('read repository', spec, data)
    if (homepage !== spec.marker) return { outcome: 'taken', htmlUrl: repository.htmlUrl }
    return { outcome: 'existed', repository }
  }
}

/** Under exactly this name: one that was renamed leads on to its new name, and its old one is free. */
export async function repositoryExists(
  { octokit, call }: Client,
  ref: RepositoryRef,
): Promise<boolean> {
  const operation = 'look for repository'
  const found = await call(operation, () => octokit.rest.repos.get(placeOf(ref))).catch(
    (error: unknown) => {
      if (statusOf(error) === 404) return undefined
      throw error
    },
  )
  if (!found) return false
  const parsed = Named.safeParse(found.data)
  if (!parsed.success)
    throw untrustedAnswer(operation, 'the Git host answered with something that is no repository')
  return parsed.data.full_name.toLowerCase() === `${ref.org}/${ref.name}`.toLowerCase()
}

function read(
  operation: string,
  spec: RepositorySpec,
  data: unknown,
): { homepage: string; repository: Repository } {
  const parsed = Answer.safeParse(data)
  if (!parsed.success)
    throw untrustedAnswer(operation, 'the Git host answered with something that is no repository')
  const { id, name, owner, html_url, clone_url, default_branch, homepage } = parsed.data
  const said = `${owner.login}/${name}`
  const asked = `${spec.org}/${spec.name}`
  if (said.toLowerCase() !== asked.toLowerCase()) throw renamed(operation, asked, said)
  return {
    homepage: homepage ?? '',
    repository: {
      org: spec.org,
      name: spec.name,
      id: String(id),
      htmlUrl: html_url,
      cloneUrl: clone_url,
      defaultBranch: default_branch,
    },
  }
}

/** The host leads from an old name to a new one: clusters would fetch from a place that nobody approved. */
function renamed(operation: string, asked: string, said: string): AdapterError {
  return new AdapterError({
    system: 'github',
    operation,
    reason: 'conflict',
    retryable: false,
    detail: `asked about ${asked}, the Git host speaks of ${said}`,
  })
}
