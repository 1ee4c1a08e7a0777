import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { parse } from 'yaml'
import { type SkeletonFile, TemplateDefinition } from '#lib/templates/template.ts'

/** Reads `<root>/<name>/template.yaml` and its skeleton for every template that ships with the product. */
export function loadBuiltinTemplates(root: string): TemplateDefinition[] {
  return readdirSync(root)
    .filter((name) => statSync(path.join(root, name)).isDirectory())
    .sort()
    .map((name) => {
      const folder = path.join(root, name)
      const manifest: unknown = parse(readFileSync(path.join(folder, 'template.yaml'), 'utf8'))
      return TemplateDefinition.parse({
        ...(manifest as object),
        name,
        files: skeletonFiles(path.join(folder, 'skeleton')),
      })
    })
}

function skeletonFiles(folder: string): SkeletonFile[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((relative) => ({ relative, full: path.join(folder, relative) }))
    .filter(({ full }) => statSync(full).isFile())
    .map(({ relative, full }) => ({
      path: relative.split(path.sep).join('/'),
      content: readFileSync(full, 'utf8'),
      executable: (statSync(full).mode & 0o111) !== 0,
    }))
    .sort((a, b) => (a.path < b.path ? -1 : 1))
}
