import { z } from 'zod'
import type { Archived, RepositoryRef, RevokedAccess } from '#lib/ports/source-host.ts'
import { type Client, placeOf } from './client.ts'
import { statusOf, untrustedAnswer } from './errors.ts'

const Marked = z.object({ homepage: z.string().nullish(), archived: z.boolean() })

/** Takes the read token of one target away, on a host that gives such; one that is gone already, or went with its repository, is no error. */
export async function revokeReadAccess(
  { octokit, write }: Client,
  ref: RepositoryRef,
  target: string,
): Promise<RevokedAccess> {
  const route = 'DELETE /repos/{owner}/{repo}/read-tokens/{target}'
  const revoke = () => octokit.request(route, { ...placeOf(ref), target })
  return write('revoke read token', revoke).then(
    () => 'revoked',
    (error: unknown) => {
      if (statusOf(error) === 404) return 'absent'
      throw error
    },
  )
}

/** Makes a repository read-only, if it is ours by the mark that it was made with; a repeat finds it so. */
export async function archiveRepository(
  { octokit, write, call }: Client,
  ref: RepositoryRef,
  isOurs: (marker: string) => boolean,
): Promise<Archived> {
  const operation = 'archive repository'
  const found = await call('read repository', () => octokit.rest.repos.get(placeOf(ref))).catch(
    (error: unknown) => {
      if (statusOf(error) === 404) return undefined
      throw error
    },
  )
  if (!found) return 'absent'
  const { homepage, archived } = read(operation, found.data)
  if (!isOurs(homepage ?? '')) return 'foreign'
  if (archived) return 'already'
  const { data } = await write(operation, () =>
    octokit.rest.repos.update({ ...placeOf(ref), archived: true }),
  )
  if (!read(operation, data).archived)
    throw untrustedAnswer(operation, 'the Git host took the order and did not archive')
  return 'archived'
}

function read(operation: string, data: unknown): z.infer<typeof Marked> {
  const parsed = Marked.safeParse(data)
  if (!parsed.success)
    throw untrustedAnswer(operation, 'the Git host answered with something that is no repository')
  return parsed.data
}
