import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { json } from 'node:stream/consumers'
import type { SeedCluster } from '#prisma/seed/seed.ts'

type Written = {
  method?: 'PATCH' | 'DELETE' | 'POST' | 'GET'
  /** Path of the object, or of its kind where one is made. */
  path: string
  body?: object
  manager?: string
  /** By server-side apply instead of a merge patch. */
  applies?: boolean
}

/** Somebody beside Stairway at a simulated cluster, with a tool of their own. Throws what the server refuses. */
export async function byHand(cluster: SeedCluster, written: Written): Promise<unknown> {
  const { method = 'PATCH', path, body, manager = 'kubectl-edit', applies = false } = written
  const query = method === 'PATCH' ? `?fieldManager=${manager}${applies ? '&force=true' : ''}` : ''
  const type = applies ? 'application/apply-patch+yaml' : 'application/merge-patch+json'
  const text = method === 'GET' ? '' : JSON.stringify(body ?? {})
  const asked = request(`${cluster.endpoint}${path}${query}`, {
    method,
    agent: false,
    ca: cluster.caPem,
    headers: {
      authorization: `Bearer ${cluster.token}`,
      'content-length': Buffer.byteLength(text),
      'content-type': method === 'PATCH' ? type : 'application/json',
    },
  })
  asked.end(text)
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]
  const said = await json(answer)
  if ((answer.statusCode ?? 500) >= 300) throw new Error(`${path}: ${JSON.stringify(said)}`)
  return said
}
