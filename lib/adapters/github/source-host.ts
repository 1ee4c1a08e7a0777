import { Octokit } from 'octokit'
import type {
  CommitSpec,
  Comparison,
  EnsuredRepository,
  ReadAccess,
  Repository,
  RepositoryRef,
  RepositorySpec,
  SourceHost,
} from '#lib/ports/source-host.ts'
import { asAdapterError, statusOf } from './errors.ts'
import { createPacer } from './pacer.ts'

export type GithubOptions = {
  apiUrl: string
  token: string
  /** Writes a minute that the host allows; our own pace, since throttling by the library allows one a second only. */
  writesPerMinute: number
  /** A read-only HTTPS token for clusters, where the host has no tokens per target. */
  readToken?: string
}

type Read = Pick<Repository, 'org' | 'name'>

/** Repositories on GitHub, GitHub Enterprise or a host of the same shape. Throws AdapterError only. */
export function createGithubSourceHost(options: GithubOptions): SourceHost {
  const octokit = new Octokit({
    auth: options.token,
    baseUrl: options.apiUrl,
    throttle: { enabled: false },
    retry: { enabled: false },
    request: { timeout: 15_000 },
  })
  const pacer = createPacer(options.writesPerMinute)
  const call = <T>(operation: string, request: () => Promise<T>): Promise<T> =>
    request().catch((error: unknown) => {
      throw asAdapterError(operation, error)
    })
  const write = <T>(operation: string, request: () => Promise<T>): Promise<T> => {
    pacer.take(operation)
    return call(operation, request)
  }
  const at = ({ org, name }: Read) => ({ owner: org, repo: name })
  return {
    ensureRepository: (spec) => ensureRepository({ octokit, write, call }, spec),
    pushScaffold: (ref, commit) => pushScaffold({ octokit, write, call }, ref, commit),
    async protectBranch(ref, branch) {
      await write('protect branch', () =>
        octokit.rest.repos.updateBranchProtection({
          ...at(ref),
          branch,
          required_status_checks: null,
          enforce_admins: true,
          required_pull_request_reviews: {
            required_approving_review_count: 1,
            require_code_owner_reviews: true,
          },
          restrictions: null,
          allow_force_pushes: false,
          allow_deletions: false,
        }),
      )
    },
    async readAccess(ref, target): Promise<ReadAccess> {
      if (options.readToken) return { username: 'x-access-token', password: options.readToken }
      const route = 'PUT /repos/{owner}/{repo}/read-tokens/{target}'
      const { data } = await write('mint read token', () =>
        octokit.request(route, { ...at(ref), target }),
      )
      return data as ReadAccess
    },
    async compare(ref, base, head): Promise<Comparison> {
      try {
        const { data } = await octokit.rest.repos.compareCommitsWithBasehead({
          ...at(ref),
          basehead: `${base}...${head}`,
          per_page: 1,
        })
        return data.status
      } catch (error) {
        if (statusOf(error) === 404) return 'unknown'
        throw asAdapterError('compare commits', error)
      }
    },
  }
}

type Api = {
  octokit: Octokit
  write<T>(operation: string, request: () => Promise<T>): Promise<T>
  call<T>(operation: string, request: () => Promise<T>): Promise<T>
}

/** An empty repository refuses the Git data API, so it is made with a first commit, whose root is replaced by the scaffold. The marker is the homepage: set in the same request, and of use to people. */
async function ensureRepository(
  { octokit, write, call }: Api,
  spec: RepositorySpec,
): Promise<EnsuredRepository> {
  try {
    const { data } = await write('create repository', () =>
      octokit.rest.repos.createInOrg({
        org: spec.org,
        name: spec.name,
        description: spec.description,
        homepage: spec.marker,
        private: true,
        auto_init: true,
        has_wiki: false,
        has_projects: false,
      }),
    )
    return { outcome: 'created', repository: repositoryOf(spec, data) }
  } catch (error) {
    if ((error as { status?: number }).status !== 422) throw error
    const { data } = await call('read repository', () =>
      octokit.rest.repos.get({ owner: spec.org, repo: spec.name }),
    )
    if (data.homepage !== spec.marker) return { outcome: 'taken', htmlUrl: data.html_url }
    return { outcome: 'existed', repository: repositoryOf(spec, data) }
  }
}

function repositoryOf(
  spec: RepositorySpec,
  data: { id: number; html_url: string; clone_url?: string; default_branch?: string },
): Repository {
  return {
    org: spec.org,
    name: spec.name,
    id: String(data.id),
    htmlUrl: data.html_url,
    cloneUrl: data.clone_url ?? `${data.html_url}.git`,
    defaultBranch: data.default_branch ?? 'main',
  }
}

async function pushScaffold(
  { octokit, write, call }: Api,
  ref: RepositoryRef,
  commit: CommitSpec,
): Promise<{ outcome: 'pushed' | 'already'; sha: string }> {
  const at = { owner: ref.org, repo: ref.name }
  const person = { ...commit.author, date: commit.at.toISOString().replace(/\.\d+Z$/, 'Z') }
  const tree = await write('write tree', () =>
    octokit.rest.git.createTree({
      ...at,
      tree: commit.files.map(({ path, mode, content }) => ({
        path,
        mode,
        type: 'blob' as const,
        content,
      })),
    }),
  )
  const made = await write('write commit', () =>
    octokit.rest.git.createCommit({
      ...at,
      message: commit.message,
      tree: tree.data.sha,
      parents: [],
      author: person,
      committer: person,
    }),
  )
  const sha = made.data.sha
  const head = (
    await call('read branch', () =>
      octokit.rest.git.getRef({ ...at, ref: `heads/${commit.branch}` }),
    )
  ).data.object.sha
  if (head === sha || (await descends({ octokit, call }, at, sha, head)))
    return { outcome: 'already', sha }
  await write('move branch', () =>
    octokit.rest.git.updateRef({ ...at, ref: `heads/${commit.branch}`, sha, force: true }),
  )
  return { outcome: 'pushed', sha }
}

/** Does the branch already stand on our commit? Unrelated histories compare as 404: then it is the host's own first commit. */
async function descends(
  { octokit, call }: Pick<Api, 'octokit' | 'call'>,
  at: { owner: string; repo: string },
  ours: string,
  head: string,
): Promise<boolean> {
  const { data } = await call('read commit', () =>
    octokit.rest.git.getCommit({ ...at, commit_sha: head }),
  )
  if (data.parents.length === 0) return false
  const compared = await call('compare commits', () =>
    octokit.rest.repos.compareCommitsWithBasehead({
      ...at,
      basehead: `${ours}...${head}`,
      per_page: 1,
    }),
  )
  return compared.data.status === 'ahead'
}
