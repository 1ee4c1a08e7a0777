import { gitHost } from './sandbox.ts'

const FILE = 'deploy/base/deployment.yaml'

/** Merges a change of the Deployment to the branch of a service, as its team would; answers the commit. */
export function push(service: string, keeps: number): Promise<string> {
  return commitFile(service, FILE, (text) =>
    text.replace(/revisionHistoryLimit: \d+/, `revisionHistoryLimit: ${keeps}`),
  )
}

/** Merges one altered file to the branch of a service; answers the commit. */
export async function commitFile(
  service: string,
  file: string,
  alter: (text: string) => string,
): Promise<string> {
  const api = <T>(method: string, at: string, body?: object) =>
    gitHost<T>(method, `/repos/payments/${service}/${at}`, body)
  const head = await api<{ object: { sha: string } }>('GET', 'git/ref/heads/main')
  const parent = head.object.sha
  const { tree } = await api<{ tree: { sha: string } }>('GET', `git/commits/${parent}`)
  const stands = await api<{ content: string }>('GET', `contents/${file}?ref=${parent}`)
  const content = alter(Buffer.from(stands.content, 'base64').toString())
  const made = await api<{ sha: string }>('POST', 'git/trees', {
    base_tree: tree.sha,
    tree: [{ path: file, mode: '100644', type: 'blob', content }],
  })
  const commit = { message: `Change ${file}`, tree: made.sha, parents: [parent] }
  const { sha } = await api<{ sha: string }>('POST', 'git/commits', commit)
  await api('PATCH', 'git/refs/heads/main', { sha })
  return sha
}
