import { type Answer, fail } from './answer.ts'
import { hookShape } from './hook-shape.ts'
import type { Scoped } from './scoped.ts'
import type { Hook } from './store.ts'

/** Adds a hook and pings it, as GitHub does. */
export function createHook({ store, url, repository, body, tell }: Scoped): Answer {
  const config = (body.config ?? {}) as { url?: string; secret?: string }
  if (!config.url || !URL.canParse(config.url))
    return fail(422, 'Validation Failed', [{ resource: 'Hook', code: 'custom', field: 'url' }])
  const hook: Hook = {
    id: Math.max(0, ...repository.hooks.map(({ id }) => id)) + 1,
    url: config.url,
    secret: config.secret ?? '',
    events: (body.events as string[] | undefined) ?? ['push'],
    active: body.active !== false,
    createdAt: new Date().toISOString(),
  }
  const changed = { ...repository, hooks: [...repository.hooks, hook] }
  store.save(changed)
  tell(changed, [{ name: 'ping', hook }])
  return { status: 201, body: hookShape(url, hook) }
}

export function listHooks({ url, repository }: Scoped): Answer {
  return { status: 200, body: repository.hooks.map((hook) => hookShape(url, hook)) }
}

export function getHook(scoped: Scoped): Answer {
  const hook = hookOf(scoped)
  return hook ? { status: 200, body: hookShape(scoped.url, hook) } : fail(404, 'Not Found')
}

export function deleteHook(scoped: Scoped): Answer {
  const { store, repository } = scoped
  const gone = hookOf(scoped)
  if (!gone) return fail(404, 'Not Found')
  store.save({ ...repository, hooks: repository.hooks.filter((hook) => hook !== gone) })
  return { status: 204 }
}

function hookOf({ repository, rest }: Scoped): Hook | undefined {
  return repository.hooks.find((hook) => String(hook.id) === rest[1])
}
