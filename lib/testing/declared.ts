import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

export const ROOT = path.resolve(import.meta.dirname, '../..')

type Source = { name: string; text: string }

/** Every source of the product that a request can reach, without its tests. */
export const SOURCES: readonly Source[] = ['app', 'components', 'lib'].flatMap((folder) =>
  readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !/\.test\.tsx?$/.test(name))
    .map((name) => ({
      name: path.join(folder, name),
      text: readFileSync(path.join(ROOT, folder, name), 'utf8'),
    })),
)

/** What a module offers to the outside and what it was guarded with; `nothing` when no guard is seen. */
export type Declared = { file: string; name: string; allows: string }

const ACTION = /^(?:export )?const \w+ = action\(\s*[\s\S]*?,\s*'([\w.]+)',/
const ROUTE = /^(?:export )?const \w+ = route\(\s*'([\w.]+)',/
/** next-auth answers its own routes: sign-in, callback, sign-out. */
const NOT_OURS = ['app/api/auth/[...nextauth]/route.ts']

/** Every server action: whatever a `'use server'` file exports. */
export const ACTIONS: readonly Declared[] = SOURCES.filter(({ text }) =>
  /^'use server'/.test(text),
).flatMap((file) => exportsOf(file, ACTION))

/** Every handler of every route of ours. */
export const ROUTES: readonly Declared[] = SOURCES.filter(
  ({ name }) => /^app\/.*\/route\.ts$/.test(name) && !NOT_OURS.includes(name),
).flatMap((file) => exportsOf(file, ROUTE))

/** Every page behind sign-in. */
export const PAGES: readonly Source[] = SOURCES.filter(({ name }) =>
  /^app\/\(portal\)\/(.*\/)?page\.tsx$/.test(name),
)

/** Every function of a query file that reads the database and that something in `app` calls, with who calls it. */
export const QUERIES: ReadonlyMap<string, readonly Source[]> = callersOfQueries()

function exportsOf({ name, text }: Source, guard: RegExp): Declared[] {
  return text
    .split(/^(?=export )/m)
    .filter((part) => part.startsWith('export '))
    .filter((part) => !/^export const (dynamic|runtime|maxDuration)\b/.test(part))
    .map((part) => {
      const handler = /^export \{ (\w+) as /.exec(part)?.[1]
      const made = handler ? text.slice(text.indexOf(`const ${handler} =`)) : part
      return {
        file: name,
        name:
          /^export (?:async )?(?:const|function|let|class|default) ?(\w*)/.exec(part)?.[1] ?? part,
        allows: guard.exec(made)?.[1] ?? 'nothing',
      }
    })
}

function callersOfQueries(): Map<string, Source[]> {
  const callers = new Map<string, Source[]>()
  const readers = new Set(
    SOURCES.filter(({ name }) => /queries\.ts$/.test(name)).flatMap(({ text }) =>
      [...text.matchAll(/^export (?:async )?function\*? (\w+)\(\s*[^)]*?: Platform\b/gm)].map(
        ([, name]) => name,
      ),
    ),
  )
  for (const source of SOURCES.filter(({ name }) => name.startsWith('app/')))
    for (const [, names = ''] of source.text.matchAll(
      /^import \{([^}]*)\} from '#lib\/[\w/-]*queries\.ts'/gm,
    ))
      for (const name of names.split(',').map((each) => each.trim()))
        if (readers.has(name)) callers.set(name, [...(callers.get(name) ?? []), source])
  return callers
}
