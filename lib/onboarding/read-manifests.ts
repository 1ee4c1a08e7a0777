import path from 'node:path'
import { AdapterError } from '#lib/adapter-error.ts'
import { isKustomization, type ManifestFile, referencesOf } from '#lib/flux/manifest-findings.ts'
import type { RepositoryRef, SourceHost } from '#lib/ports/source-host.ts'

/** A tree that is larger than this is not looked through. */
const MOST_FILES = 40
const NAMES = ['kustomization.yaml', 'kustomization.yml', 'Kustomization']

/**
 * What a folder of a commit builds from, as kustomize follows it: its kustomization.yaml, what that names, and so on, within the repository. Null
 * where the Git host refuses it, where the folder has no kustomization.yaml, and where there is too much of it: then nothing is
 * said of files; `later` where the Git host does not answer just now.
 */
export async function readManifests(
  host: Pick<SourceHost, 'readFile'>,
  at: { repository: RepositoryRef; commit: string; folder: string },
): Promise<ManifestFile[] | 'later' | null> {
  const files = new Map<string, ManifestFile>()
  const folders = [clean(at.folder)]
  const read = (file: string) => host.readFile(at.repository, { commit: at.commit, path: file })
  try {
    for (const folder of folders) {
      const found = await firstOf(folder, read)
      if (!found) return null
      files.set(found.path, found)
      for (const reference of referencesOf(found.content)) {
        const next = clean(path.posix.join(folder, reference))
        if (next === '..' || next.startsWith('../') || files.has(next)) continue
        if (files.size + folders.length >= MOST_FILES) return null
        if (!/\.(ya?ml|json)$/.test(next)) {
          if (!folders.includes(next)) folders.push(next)
          continue
        }
        const content = await read(next)
        if (content !== null) files.set(next, { path: next, content })
      }
    }
  } catch (error) {
    if (error instanceof AdapterError) return error.retryable ? 'later' : null
    throw error
  }
  return [...files.values()]
}

async function firstOf(
  folder: string,
  read: (file: string) => Promise<string | null>,
): Promise<ManifestFile | undefined> {
  for (const name of NAMES) {
    const file = clean(path.posix.join(folder, name))
    const content = isKustomization(file) ? await read(file) : null
    if (content !== null) return { path: file, content }
  }
  return undefined
}

function clean(folder: string): string {
  return path.posix.normalize(folder).replace(/^\/+|\/+$/g, '')
}
