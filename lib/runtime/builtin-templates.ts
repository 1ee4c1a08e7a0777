import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { type SkeletonFile, TemplateDefinition } from '#lib/templates/template.ts'

/** Whose skeleton a template shares, but for what is below some folders; its own files stand above those. */
const Shared = z.looseObject({
  skeletonOf: z.strictObject({ template: z.string(), without: z.array(z.string()) }).optional(),
})

/** Reads `<root>/<name>/template.yaml` and its skeleton for every template that ships with the product. */
export function loadBuiltinTemplates(root: string): TemplateDefinition[] {
  return readdirSync(root)
    .filter((name) => statSync(path.join(root, name)).isDirectory())
    .sort()
    .map((name) => {
      const folder = path.join(root, name)
      const text = readFileSync(path.join(folder, 'template.yaml'), 'utf8')
      const { skeletonOf, ...manifest } = Shared.parse(parse(text))
      const shared = skeletonOf ? sharedFiles(root, skeletonOf) : []
      const own = skeletonFiles(path.join(folder, 'skeleton'))
      return TemplateDefinition.parse({ ...manifest, name, files: merged(shared, own) })
    })
}

function sharedFiles(
  root: string,
  { template, without }: { template: string; without: readonly string[] },
): SkeletonFile[] {
  return skeletonFiles(path.join(root, template, 'skeleton')).filter(
    (file) => !without.some((folder) => file.path.startsWith(folder)),
  )
}

function merged(shared: readonly SkeletonFile[], own: readonly SkeletonFile[]): SkeletonFile[] {
  const byPath = new Map([...shared, ...own].map((file) => [file.path, file]))
  return [...byPath.values()].sort((a, b) => (a.path < b.path ? -1 : 1))
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
