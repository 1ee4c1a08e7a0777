import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import type { KubeObject } from './object.ts'

type Line = { key: string; object: KubeObject | null }

export type Journal = { write(cluster: string, key: string, object: KubeObject | null): void }

/** Keeps every cluster's objects in one append-only file each, written in batches; a killed process loses at most the last moment, never a file. */
export function openJournal(
  folder: string,
): Journal & { read(cluster: string): Line[]; flush(): void } {
  mkdirSync(folder, { recursive: true })
  const pending = new Map<string, string[]>()
  let waiting = false
  const fileOf = (cluster: string) => path.join(folder, `${cluster}.jsonl`)

  function flush(): void {
    waiting = false
    for (const [cluster, lines] of pending) appendFileSync(fileOf(cluster), lines.join(''))
    pending.clear()
  }

  return {
    flush,
    write(cluster, key, object) {
      const lines = pending.get(cluster) ?? []
      lines.push(`${JSON.stringify({ key, object })}\n`)
      pending.set(cluster, lines)
      if (!waiting) setTimeout(flush, 20)
      waiting = true
    },
    read(cluster) {
      const file = fileOf(cluster)
      if (!existsSync(file)) return []
      const last = new Map<string, Line>()
      for (const text of readFileSync(file, 'utf8').split('\n')) {
        const line = parse(text)
        if (line?.object) last.set(line.key, line)
        else if (line) last.delete(line.key)
      }
      const lines = [...last.values()]
      writeFileSync(`${file}.tmp`, lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
      renameSync(`${file}.tmp`, file)
      return lines
    },
  }
}

/** The last line may be torn by a kill: it is left out. */
function parse(text: string): Line | undefined {
  if (!text) return undefined
  try {
    return JSON.parse(text) as Line
  } catch {
    return undefined
  }
}
