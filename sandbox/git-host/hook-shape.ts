import type { Hook } from './store.ts'

/** A hook of a repository in GitHub's shape; its secret is never shown. */
export function hookShape(url: string, hook: Hook): Record<string, unknown> {
  const at = `${url}/hooks/${hook.id}`
  const created = hook.createdAt ?? new Date(0).toISOString()
  return {
    type: 'Repository',
    id: hook.id,
    name: 'web',
    active: hook.active,
    events: hook.events,
    config: { url: hook.url, content_type: 'json', insecure_ssl: '0' },
    updated_at: created,
    created_at: created,
    url: at,
    test_url: `${at}/test`,
    ping_url: `${at}/pings`,
    deliveries_url: `${at}/deliveries`,
    last_response: { code: null, status: 'unused', message: null },
  }
}
