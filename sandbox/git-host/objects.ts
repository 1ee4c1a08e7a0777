import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { deflateSync, inflateSync } from 'node:zlib'
import { readPacked } from './packed.ts'

export type TreeEntry = { mode: string; path: string; sha: string }
export type Person = { name: string; email: string; date: string }
export type Commit = {
  tree: string
  parents: string[]
  author: Person
  committer: Person
  message: string
}
export type StoredObject = { type: string; body: Buffer }

/** Writes one loose object, as git would, and answers its SHA-1. */
export function writeObject(dir: string, type: string, body: Buffer): string {
  const whole = Buffer.concat([Buffer.from(`${type} ${body.length}\0`), body])
  const sha = createHash('sha1').update(whole).digest('hex')
  const file = path.join(dir, 'objects', sha.slice(0, 2), sha.slice(2))
  if (!existsSync(file)) {
    mkdirSync(path.dirname(file), { recursive: true })
    const temporary = `${file}.${process.pid}.tmp`
    writeFileSync(temporary, deflateSync(whole, { level: 1 }))
    renameSync(temporary, file)
  }
  return sha
}

/** Reads an object, loose or packed; undefined when there is none. */
export async function readObject(dir: string, sha: string): Promise<StoredObject | undefined> {
  if (!/^[0-9a-f]{40}$/.test(sha)) return undefined
  const file = path.join(dir, 'objects', sha.slice(0, 2), sha.slice(2))
  if (!existsSync(file)) return readPacked(dir, sha)
  const whole = inflateSync(readFileSync(file))
  const end = whole.indexOf(0)
  return {
    type: whole.subarray(0, end).toString().split(' ')[0] ?? '',
    body: whole.subarray(end + 1),
  }
}

/** Writes a tree from nested paths: folders become trees of their own, entries sorted as git sorts them. */
export function writeTree(
  dir: string,
  files: readonly { path: string; mode: string; sha: string }[],
): string {
  const here: TreeEntry[] = []
  const folders = new Map<string, { path: string; mode: string; sha: string }[]>()
  for (const file of files) {
    const slash = file.path.indexOf('/')
    if (slash < 0) {
      here.push({ mode: file.mode.replace(/^0/, ''), path: file.path, sha: file.sha })
      continue
    }
    const folder = file.path.slice(0, slash)
    folders.set(folder, [
      ...(folders.get(folder) ?? []),
      { ...file, path: file.path.slice(slash + 1) },
    ])
  }
  for (const [folder, inside] of folders)
    here.push({ mode: '40000', path: folder, sha: writeTree(dir, inside) })
  const key = (entry: TreeEntry) => (entry.mode === '40000' ? `${entry.path}/` : entry.path)
  here.sort((a, b) => Buffer.compare(Buffer.from(key(a)), Buffer.from(key(b))))
  const body = here.flatMap((entry) => [
    Buffer.from(`${entry.mode} ${entry.path}\0`),
    Buffer.from(entry.sha, 'hex'),
  ])
  return writeObject(dir, 'tree', Buffer.concat(body))
}

/** Entries of one tree object. */
export async function readTree(dir: string, sha: string): Promise<TreeEntry[]> {
  const tree = await readObject(dir, sha)
  if (tree?.type !== 'tree') return []
  const entries: TreeEntry[] = []
  for (let at = 0; at < tree.body.length; ) {
    const space = tree.body.indexOf(32, at)
    const end = tree.body.indexOf(0, space)
    entries.push({
      mode: tree.body.subarray(at, space).toString(),
      path: tree.body.subarray(space + 1, end).toString(),
      sha: tree.body.subarray(end + 1, end + 21).toString('hex'),
    })
    at = end + 21
  }
  return entries
}

/** All files below a tree, with their full paths. */
export async function listFiles(dir: string, treeSha: string, prefix = ''): Promise<TreeEntry[]> {
  const entries = await readTree(dir, treeSha)
  const nested = await Promise.all(
    entries.map((entry) =>
      entry.mode === '40000'
        ? listFiles(dir, entry.sha, `${prefix}${entry.path}/`)
        : [{ ...entry, path: prefix + entry.path }],
    ),
  )
  return nested.flat()
}

/** Writes a commit object; the same facts give the same SHA. */
export function writeCommit(dir: string, commit: Commit): string {
  const lines = [
    `tree ${commit.tree}`,
    ...commit.parents.map((parent) => `parent ${parent}`),
    `author ${stamp(commit.author)}`,
    `committer ${stamp(commit.committer)}`,
  ]
  return writeObject(dir, 'commit', Buffer.from(`${lines.join('\n')}\n\n${commit.message}`))
}

/** Reads a commit; undefined when the SHA names none. */
export async function readCommit(dir: string, sha: string): Promise<Commit | undefined> {
  const object = await readObject(dir, sha)
  if (object?.type !== 'commit') return undefined
  const text = object.body.toString()
  const [head = '', ...rest] = text.split('\n\n')
  const values = (name: string) =>
    head
      .split('\n')
      .filter((line) => line.startsWith(`${name} `))
      .map((line) => line.slice(name.length + 1))
  return {
    tree: values('tree')[0] ?? '',
    parents: values('parent'),
    author: person(values('author')[0]),
    committer: person(values('committer')[0]),
    message: rest.join('\n\n'),
  }
}

function stamp({ name, email, date }: Person): string {
  const clean = (text: string) => text.replace(/[<>\n]/g, '')
  return `${clean(name)} <${clean(email)}> ${Math.floor(Date.parse(date) / 1000)} +0000`
}

function person(line = ''): Person {
  const match = line.match(/^(.*) <(.*)> (\d+) /)
  return {
    name: match?.[1] ?? '',
    email: match?.[2] ?? '',
    date: new Date(Number(match?.[3] ?? 0) * 1000).toISOString().replace('.000', ''),
  }
}

/** SHA that a ref names, or undefined. Loose refs first, then packed ones. */
export function readRef(dir: string, ref: string): string | undefined {
  const file = path.join(dir, ref)
  if (existsSync(file) && statSync(file).isFile()) return readFileSync(file, 'utf8').trim()
  return packedRefs(dir).get(ref)
}

/** Points a ref at a SHA, atomically; null removes it. */
export function writeRef(dir: string, ref: string, sha: string | null): void {
  const file = path.join(dir, ref)
  if (sha === null) {
    rmSync(file, { force: true })
    return
  }
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(`${file}.lock`, `${sha}\n`)
  renameSync(`${file}.lock`, file)
}

/** Every ref of a repository. */
export function listRefs(dir: string): Map<string, string> {
  const refs = packedRefs(dir)
  const root = path.join(dir, 'refs')
  for (const name of existsSync(root)
    ? readdirSync(root, { recursive: true, encoding: 'utf8' })
    : []) {
    const sha =
      statSync(path.join(root, name)).isFile() && !name.endsWith('.lock')
        ? readRef(dir, `refs/${name}`)
        : undefined
    if (sha) refs.set(`refs/${name}`, sha)
  }
  return new Map([...refs].sort(([a], [b]) => (a < b ? -1 : 1)))
}

function packedRefs(dir: string): Map<string, string> {
  const file = path.join(dir, 'packed-refs')
  if (!existsSync(file)) return new Map()
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => /^[0-9a-f]{40} /.test(line))
  return new Map(lines.map((line) => [line.slice(41), line.slice(0, 40)]))
}
