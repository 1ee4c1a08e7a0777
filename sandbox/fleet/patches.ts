import type { KubeObject } from './object.ts'

export type Operation = { op: string; path: string; value?: unknown }

export function jsonPatch(live: KubeObject, operations: readonly Operation[]): unknown {
  const next = structuredClone(live) as unknown as Record<string, unknown>
  for (const { op, path, value } of operations) {
    const parts = path
      .split('/')
      .slice(1)
      .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    const last = parts.pop() ?? ''
    const parent = parts.reduce<Record<string, unknown>>((at, part) => {
      at[part] ??= {}
      return at[part] as Record<string, unknown>
    }, next)
    if (op === 'remove') delete parent[last]
    else if (Array.isArray(parent) && last === '-') parent.push(value)
    else parent[last] = value
  }
  return next
}

export function mergePatch(live: unknown, patchBody: unknown): unknown {
  if (typeof patchBody !== 'object' || patchBody === null || Array.isArray(patchBody))
    return patchBody
  const next: Record<string, unknown> = {
    ...(typeof live === 'object' && live !== null && !Array.isArray(live) ? live : {}),
  }
  for (const [key, value] of Object.entries(patchBody)) {
    if (value === null) delete next[key]
    else next[key] = mergePatch(next[key], value)
  }
  return next
}
