import type { Result } from '#lib/result.ts'
import { err, ok } from '#lib/result.ts'
import { claimPath, isSafePath, newTree } from '#lib/safe-path.ts'
import { newEngine } from './engine.ts'
import { splitImage } from './image.ts'
import type { RenderContext, SkeletonFile, TemplateDefinition } from './template.ts'

export type RenderedFile = { path: string; content: string; executable: boolean }

export type TemplateError =
  | { code: 'template_broken'; path: string; detail: string }
  | { code: 'unsafe_path'; path: string }
  | { code: 'path_collision'; path: string }
  | { code: 'too_large'; path: string }

export type RenderInput = {
  parameters: Readonly<Record<string, unknown>>
  context: RenderContext
}

const MAX_FILE = 256 * 1024
const MAX_FILES = 400
const MAX_TOTAL = 4 * 1024 * 1024
const PER_ENVIRONMENT = '__environment__'

const ENGINE = newEngine()

/**
 * Renders a skeleton: no code, no includes, no access to a disk, unknown names and filters refused, and a text that passes
 * none of the filters `yaml`, `json`, `text`, `slug`, `name` refused too, so that what a person typed comes out as inert text.
 * A path holding `__environment__` is rendered once per environment; `__<parameter>__` stands for a parameter, its dots as folders.
 * A file of which only blanks are left is left out.
 */
export function renderTemplate(
  template: TemplateDefinition,
  input: RenderInput,
): Result<RenderedFile[], TemplateError> {
  const rendered: RenderedFile[] = []
  const tree = newTree()
  let total = 0
  for (const file of template.files) {
    for (const scope of scopesOf(file, input)) {
      const one = renderFile(file, scope)
      if (!one.ok) return one
      const { path, content } = one.value
      if (content.trim() === '' && file.content.trim() !== '') continue
      if (!claimPath(tree, path)) return err({ code: 'path_collision', path })
      total += content.length
      if (total > MAX_TOTAL) return err({ code: 'too_large', path: 'all files together' })
      rendered.push(one.value)
    }
  }
  if (rendered.length > MAX_FILES)
    return err({ code: 'too_large', path: `${rendered.length} files` })
  return ok(rendered.sort((a, b) => (a.path < b.path ? -1 : 1)))
}

type Scope = Record<string, unknown> & {
  parameters: Readonly<Record<string, unknown>>
  environmentName: string
}

function scopesOf(file: SkeletonFile, { parameters, context }: RenderInput): Scope[] {
  const base = { ...context, image: splitImage(context.image), parameters, environmentName: '' }
  if (!file.path.includes(PER_ENVIRONMENT)) return [base]
  return context.environments.map((environment) => ({
    ...base,
    environment,
    environmentName: environment.name,
  }))
}

function renderFile(file: SkeletonFile, scope: Scope): Result<RenderedFile, TemplateError> {
  const path = pathOf(file.path, scope)
  if (path === undefined || !isSafePath(path)) {
    return err({ code: 'unsafe_path', path: path ?? file.path })
  }
  try {
    const content = String(ENGINE.parseAndRenderSync(file.content, scope))
    if (content.length > MAX_FILE) return err({ code: 'too_large', path })
    return ok({ path, content, executable: file.executable })
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return err({ code: 'template_broken', path, detail: message.split('\n')[0] ?? '' })
  }
}

/** The path with its placeholders filled; undefined when one of them has no value that may stand in a path. */
function pathOf(path: string, scope: Scope): string | undefined {
  const named = path.replaceAll(PER_ENVIRONMENT, scope.environmentName)
  let whole = true
  const filled = named.replace(/__([A-Za-z]\w*?)__/g, (_, name: string) => {
    const value = Object.hasOwn(scope.parameters, name) ? scope.parameters[name] : undefined
    if (typeof value === 'string' && /^\w+(?:\.\w+)*$/.test(value))
      return value.replaceAll('.', '/')
    whole = false
    return ''
  })
  return whole ? filled : undefined
}
