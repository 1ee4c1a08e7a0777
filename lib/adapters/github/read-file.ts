import type { RepositoryRef } from '#lib/ports/source-host.ts'
import { type Client, placeOf } from './client.ts'
import { statusOf } from './errors.ts'

/** Texts larger than this are no manifests. */
const MOST_BYTES = 256 * 1024

/** One file of a commit as text; null where there is none, where it is a folder or a link, or too large. */
export async function readFile(
  { octokit, call }: Client,
  ref: RepositoryRef,
  { commit, path }: { commit: string; path: string },
): Promise<string | null> {
  const answered = await call('read file', () =>
    octokit.rest.repos.getContent({ ...placeOf(ref), path, ref: commit }),
  ).catch((error: unknown) => {
    if (statusOf(error) === 404) return undefined
    throw error
  })
  const data = answered?.data
  if (!data || Array.isArray(data) || data.type !== 'file' || data.size > MOST_BYTES) return null
  return Buffer.from(data.content, 'base64').toString()
}
