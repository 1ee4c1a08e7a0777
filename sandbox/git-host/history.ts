import { listFiles, readCommit } from './objects.ts'

const MOST = 10_000

/** Does `child` descend from `ancestor` (or equal it)? */
export async function isAncestor(dir: string, ancestor: string, child: string): Promise<boolean> {
  return (await ancestry(dir, child)).has(ancestor)
}

/** How `head` stands to `base`, in the words of GitHub's compare API; undefined when one of them is no commit. */
export async function compareCommits(
  dir: string,
  base: string,
  head: string,
): Promise<
  { status: string; ahead_by: number; behind_by: number; total_commits: number } | undefined
> {
  if (!(await readCommit(dir, base)) || !(await readCommit(dir, head))) return undefined
  const ofBase = await ancestry(dir, base)
  const ofHead = await ancestry(dir, head)
  const ahead = [...ofHead].filter((sha) => !ofBase.has(sha)).length
  const behind = [...ofBase].filter((sha) => !ofHead.has(sha)).length
  if (ahead > 0 && behind > 0 && ![...ofHead].some((sha) => ofBase.has(sha))) return undefined
  const status =
    ahead === 0 ? (behind === 0 ? 'identical' : 'behind') : behind === 0 ? 'ahead' : 'diverged'
  return { status, ahead_by: ahead, behind_by: behind, total_commits: ahead }
}

type ChangedFile = { filename: string; status: string; sha: string }

/** Files that differ between two commits of one line, with less of each than GitHub tells. */
export async function changedFiles(
  dir: string,
  base: string,
  head: string,
): Promise<ChangedFile[]> {
  const [before, after] = await Promise.all([filesOf(dir, base), filesOf(dir, head)])
  const names = [...new Set([...before.keys(), ...after.keys()])].sort()
  return names.flatMap((filename) => {
    const [was, is] = [before.get(filename), after.get(filename)]
    if (was === is) return []
    const status = was === undefined ? 'added' : is === undefined ? 'removed' : 'modified'
    return [{ filename, status, sha: is ?? was ?? '' }]
  })
}

async function filesOf(dir: string, sha: string): Promise<Map<string, string>> {
  const commit = await readCommit(dir, sha)
  const files = commit ? await listFiles(dir, commit.tree) : []
  return new Map(files.map((file) => [file.path, file.sha]))
}

async function ancestry(dir: string, from: string): Promise<Set<string>> {
  const seen = new Set<string>()
  const queue = [from]
  while (queue.length > 0 && seen.size < MOST) {
    const sha = queue.pop() ?? ''
    if (seen.has(sha)) continue
    seen.add(sha)
    queue.push(...((await readCommit(dir, sha))?.parents ?? []))
  }
  return seen
}
