import { Liquid, type TagToken, type TopLevelToken } from 'liquidjs'
import { stringify } from 'yaml'
import type { Result } from '#lib/result.ts'
import { err, ok } from '#lib/result.ts'
import { isSafePath } from '#lib/safe-path.ts'
import type { RenderContext, SkeletonFile, TemplateDefinition } from './template.ts'

export type RenderedFile = { path: string; content: string; executable: boolean }

export type TemplateError =
  | { code: 'template_broken'; path: string; detail: string }
  | { code: 'unsafe_path'; path: string }
  | { code: 'path_collision'; path: string }
  | { code: 'too_large'; path: string }

const MAX_FILE = 256 * 1024
const MAX_FILES = 400
const PER_ENVIRONMENT = '__environment__'

/**
 * Renders a skeleton: no code, no includes, no access to a disk, unknown names and filters refused.
 * Values reach YAML, JSON, Markdown and source text only through the `yaml`, `json` and `text` filters, so that they come out as inert text.
 * A path holding `__environment__` is rendered once per environment.
 */
export function renderTemplate(
  template: TemplateDefinition,
  input: { parameters: Readonly<Record<string, unknown>>; context: RenderContext },
): Result<RenderedFile[], TemplateError> {
  const engine = newEngine()
  const rendered: RenderedFile[] = []
  const seen = new Set<string>()
  for (const file of template.files) {
    for (const scope of scopesOf(file, input)) {
      const one = renderFile(engine, file, scope)
      if (!one.ok) return one
      if (one.value.content.trim() === '' && file.content.trim() !== '') continue
      const folded = one.value.path.toLowerCase()
      if (seen.has(folded)) return err({ code: 'path_collision', path: one.value.path })
      seen.add(folded)
      rendered.push(one.value)
    }
  }
  if (rendered.length > MAX_FILES) return err({ code: 'too_large', path: `${rendered.length} files` })
  return ok(rendered.sort((a, b) => (a.path < b.path ? -1 : 1)))
}

type Scope = Record<string, unknown> & { environmentName: string }

function scopesOf(file: SkeletonFile, { parameters, context }: Parameters<typeof renderTemplate>[1]): Scope[] {
  const base = { ...context, parameters, environmentName: '' }
  if (!file.path.includes(PER_ENVIRONMENT)) return [base]
  return context.environments.map((environment) => ({ ...base, environment, environmentName: environment.name }))
}

function renderFile(engine: Liquid, file: SkeletonFile, scope: Scope): Result<RenderedFile, TemplateError> {
  const path = file.path.replaceAll(PER_ENVIRONMENT, scope.environmentName)
  if (!isSafePath(path)) return err({ code: 'unsafe_path', path })
  try {
    const content: unknown = engine.parseAndRenderSync(file.content, scope)
    const text = String(content)
    if (text.length > MAX_FILE) return err({ code: 'too_large', path })
    return ok({ path, content: text, executable: file.executable })
  } catch (error) {
    return err({ code: 'template_broken', path, detail: error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error) })
  }
}

function newEngine(): Liquid {
  const engine = new Liquid({
    strictVariables: true,
    strictFilters: true,
    ownPropertyOnly: true,
    dynamicPartials: false,
    cache: false,
    parseLimit: 1_000_000,
    renderLimit: 2000,
    memoryLimit: 50_000_000,
  })
  for (const tag of ['include', 'render', 'layout', 'block']) engine.registerTag(tag, refusedTag)
  engine.registerFilter('yaml', (value: unknown) => stringify(value, { lineWidth: 0, defaultStringType: 'QUOTE_DOUBLE', collectionStyle: 'flow' }).trimEnd())
  engine.registerFilter('json', (value: unknown) => JSON.stringify(value))
  engine.registerFilter('text', (value: unknown) => inertText(String(value)))
  return engine
}

const refusedTag = {
  parse(token: TagToken, _rest: TopLevelToken[]): void {
    throw new Error(`tag ${token.name} is not offered`)
  },
  render(): void {},
}

/** One line of prose: control characters, Markdown and HTML marks, and template braces become harmless. */
function inertText(value: string): string {
  return value
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/[\\`*_[\]<>{}|#$]/g, (mark) => `\\${mark}`)
    .trim()
}
