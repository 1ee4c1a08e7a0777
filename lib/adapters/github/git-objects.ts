import { createHash } from 'node:crypto'
import type { CommitSpec, RepositoryFile } from '#lib/ports/source-host.ts'

type Files = readonly Pick<RepositoryFile, 'path' | 'mode' | 'content'>[]
type Entry = { mode: string; name: string; id: string }

/** Ids that git gives the tree and the root commit of these files (SHA-1 object format): author and committer are one, times are UTC. Pure. */
export function scaffoldIds(commit: CommitSpec): { tree: string; commit: string } {
  const tree = treeId(commit.files)
  const { name, email } = commit.author
  const person = `${name} <${email}> ${Math.floor(commit.at.getTime() / 1000)} +0000`
  const text = `tree ${tree}\nauthor ${person}\ncommitter ${person}\n\n${commit.message}`
  return { tree, commit: objectId('commit', Buffer.from(text)) }
}

/** Id of the tree of these files: each folder a tree of its own. Pure. */
export function treeId(files: Files): string {
  const entries: Entry[] = []
  const folders = new Map<string, RepositoryFile[]>()
  for (const { path, mode, content } of files) {
    const slash = path.indexOf('/')
    if (slash < 0) {
      entries.push({ mode, name: path, id: objectId('blob', Buffer.from(content)) })
      continue
    }
    const folder = path.slice(0, slash)
    const inside = folders.get(folder) ?? []
    inside.push({ path: path.slice(slash + 1), mode, content })
    folders.set(folder, inside)
  }
  for (const [name, inside] of folders) entries.push({ mode: '40000', name, id: treeId(inside) })
  const body = entries
    .map((entry) => ({ entry, key: sortKey(entry) }))
    .sort((a, b) => Buffer.compare(a.key, b.key))
    .flatMap(({ entry: { mode, name, id } }) => [
      Buffer.from(`${mode} ${name}\0`),
      Buffer.from(id, 'hex'),
    ])
  return objectId('tree', Buffer.concat(body))
}

/** Git sorts by bytes, and a folder as if its name ended with a slash. */
function sortKey({ mode, name }: Entry): Buffer {
  return Buffer.from(mode === '40000' ? `${name}/` : name)
}

function objectId(type: 'blob' | 'tree' | 'commit', body: Buffer): string {
  return createHash('sha1').update(`${type} ${body.length}\0`).update(body).digest('hex')
}
