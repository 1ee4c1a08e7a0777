import { z } from 'zod'
import { AdapterError } from '#lib/adapter-error.ts'
import type { Between, ReadAccess, RepositoryRef, SourceHost } from '#lib/ports/source-host.ts'
import { type Client, type ClientOptions, createClient, placeOf } from './client.ts'
import { ensureRepository, repositoryExists } from './ensure-repository.ts'
import { statusOf, untrustedAnswer } from './errors.ts'
import { pushScaffold } from './push-scaffold.ts'
import { readFile } from './read-file.ts'
import { archiveRepository, revokeReadAccess } from './retire-repository.ts'

export type GithubOptions = ClientOptions & {
  /** A read-only HTTPS token for clusters (GITHUB_READ_TOKEN), where the host gives no tokens per target. */
  readToken?: string
}

/** Repositories on GitHub, GitHub Enterprise or a host of the same shape. Throws AdapterError only. */
export function createGithubSourceHost({ readToken, ...options }: GithubOptions): SourceHost {
  const client = createClient(options)
  return {
    ensureRepository: (spec) => ensureRepository(client, spec),
    repositoryExists: (ref) => repositoryExists(client, ref),
    pushScaffold: (ref, commit) => pushScaffold(client, ref, commit),
    protectBranch: (ref, branch) => protectBranch(client, ref, branch),
    readAccess: async (ref, target) =>
      readToken
        ? { username: 'x-access-token', password: readToken }
        : mintReadAccess(client, ref, target),
    revokeReadAccess: async (ref, target) =>
      readToken ? 'shared' : revokeReadAccess(client, ref, target),
    archiveRepository: (ref, isOurs) => archiveRepository(client, ref, isOurs),
    readFile: (ref, file) => readFile(client, ref, file),
    compare: async (ref, base, head) =>
      (await between(client, ref, { base, head }))?.standing ?? 'unknown',
    between: (ref, base, head) => between(client, ref, { base, head }),
  }
}

async function protectBranch(
  { octokit, write }: Client,
  ref: RepositoryRef,
  branch: string,
): Promise<void> {
  await write('protect branch', () =>
    octokit.rest.repos.updateBranchProtection({
      ...placeOf(ref),
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
}

const ReadToken = z.object({ username: z.string().min(1), password: z.string().min(1) })

/** A token of this repository and target, from a host that gives such; GitHub does not. */
async function mintReadAccess(
  { octokit, write, call }: Client,
  ref: RepositoryRef,
  target: string,
): Promise<ReadAccess> {
  const operation = 'mint read token'
  const route = 'PUT /repos/{owner}/{repo}/read-tokens/{target}'
  const mint = () => octokit.request(route, { ...placeOf(ref), target })
  const { data } = await write(operation, mint).catch(async (error: unknown) => {
    if (statusOf(error) !== 404) throw error
    await call('read repository', () => octokit.rest.repos.get(placeOf(ref)))
    throw new AdapterError({
      system: 'github',
      operation,
      reason: 'not_supported',
      retryable: false,
      status: 404,
      detail:
        'this Git host gives no read token per target: set GITHUB_READ_TOKEN of the worker to a token that only reads',
    })
  })
  const parsed = ReadToken.safeParse(data)
  if (!parsed.success)
    throw untrustedAnswer(operation, 'the Git host answered without username and password')
  return parsed.data
}

async function between(
  { octokit, call }: Client,
  ref: RepositoryRef,
  { base, head }: { base: string; head: string },
): Promise<Between> {
  const basehead = `${base}...${head}`
  const compared = await call('compare commits', () =>
    octokit.rest.repos.compareCommitsWithBasehead({ ...placeOf(ref), basehead, per_page: 1 }),
  ).catch((error: unknown) => {
    if (statusOf(error) === 404) return undefined
    throw error
  })
  if (!compared) return null
  const { status, ahead_by, behind_by, files = [] } = compared.data
  return { standing: status, ahead: ahead_by, behind: behind_by, files: files.length }
}
