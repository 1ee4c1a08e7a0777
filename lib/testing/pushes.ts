import type { RealParts } from './real-parts.ts'
import type { Running } from './retirements.ts'

const DEPLOYMENT = 'deploy/base/deployment.yaml'

/** Commits to the repositories of services, as their teams make them. */
export function pushes({ gitUrl }: Pick<RealParts, 'gitUrl'>) {
  async function api<T>(name: string, method: string, path: string, body?: object): Promise<T> {
    const response = await fetch(`${gitUrl}/repos/payments/${name}/${path}`, {
      method,
      headers: { authorization: 'Bearer token', 'content-type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return (await response.json()) as T
  }

  const headOf = async ({ name }: Running) =>
    (await api<{ object: { sha: string } }>(name, 'GET', 'git/ref/heads/main')).object.sha

  /** Merges a change of the Deployment, as a team would; answers the commit. */
  const pushed = (service: Running, keeps: number): Promise<string> =>
    changed(service, DEPLOYMENT, (before) =>
      before.replace(/revisionHistoryLimit: \d+/, `revisionHistoryLimit: ${keeps}`),
    )

  /** Merges a change of one file; answers the commit. */
  async function changed(
    service: Running,
    path: string,
    edit: (before: string) => string,
  ): Promise<string> {
    const { name } = service
    const parent = await headOf(service)
    const { tree } = await api<{ tree: { sha: string } }>(name, 'GET', `git/commits/${parent}`)
    const file = await api<{ content: string }>(name, 'GET', `contents/${path}?ref=${parent}`)
    const before = Buffer.from(file.content, 'base64').toString()
    const content = edit(before)
    if (content === before) throw new Error(`the edit changes nothing in ${path}`)
    const entry = { path, mode: '100644', type: 'blob', content }
    const made = await api<{ sha: string }>(name, 'POST', 'git/trees', {
      ...{ base_tree: tree.sha, tree: [entry] },
    })
    const commit = { message: `Change ${path}`, tree: made.sha, parents: [parent] }
    const { sha } = await api<{ sha: string }>(name, 'POST', 'git/commits', commit)
    await api(name, 'PATCH', 'git/refs/heads/main', { sha })
    return sha
  }

  return { api, headOf, pushed, changed }
}
