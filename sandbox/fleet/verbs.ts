import { agentOf, type Call, readBody, send, type Target } from './call.ts'
import { admitHub } from './hub-policies.ts'
import { apiVersionOf, type Kind } from './kinds.ts'
import type { KubeObject } from './object.ts'
import { pageOf } from './pages.ts'
import { jsonPatch, mergePatch, type Operation } from './patches.ts'
import { selectorFrom } from './selector.ts'
import { notFound, StatusError } from './status.ts'

export function read({ served, response }: Call, { kind, namespace, name }: Target): void {
  const object = served.cluster.get(kind, namespace, name)
  if (!object) throw notFound(kind, name)
  send(response, 200, object)
}

export function list({ served, response, url }: Call, { kind, namespace }: Target): void {
  const { cluster } = served
  const page = pageOf(
    cluster.list(kind, namespace, selectorFrom(url.searchParams.get('labelSelector') ?? '')),
    {
      limit: Number(url.searchParams.get('limit')),
      token: url.searchParams.get('continue') ?? '',
      now: Number(cluster.currentVersion()),
      oldest: cluster.oldestVersion(),
    },
  )
  send(response, 200, {
    kind: `${kind.kind}List`,
    apiVersion: apiVersionOf(kind),
    metadata: { resourceVersion: String(page.version), ...page.next },
    items: page.items.map(({ apiVersion: _apiVersion, kind: _kind, ...item }) => item),
  })
}

export async function create(
  { served, request, response, url }: Call,
  { kind, namespace }: Target,
): Promise<void> {
  const object = inPlace(await readBody(request), kind, { namespace })
  if (url.searchParams.get('dryRun') === 'All') return send(response, 201, object)
  send(
    response,
    201,
    served.cluster.create(object, url.searchParams.get('fieldManager') ?? agentOf(request)),
  )
}

export async function patch(
  { served, request, response, url }: Call,
  target: Target,
): Promise<void> {
  const type = (request.headers['content-type'] ?? '').split(';')[0]
  const body = await readBody(request)
  const { cluster } = served
  if (type === 'application/apply-patch+yaml' || type === 'application/apply-patch+cbor') {
    const manager = url.searchParams.get('fieldManager')
    if (!manager)
      throw new StatusError(
        422,
        'Invalid',
        'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
      )
    const config = inPlace(body, target.kind, target)
    admitHub(cluster, config, { manager, dryRun: url.searchParams.get('dryRun') === 'All' })
    const applied = cluster.apply(config, {
      manager,
      force: url.searchParams.get('force') === 'true',
      dryRun: url.searchParams.get('dryRun') === 'All',
    })
    return send(response, applied.created ? 201 : 200, applied.object)
  }
  const live = cluster.get(target.kind, target.namespace, target.name)
  if (!live) throw notFound(target.kind, target.name)
  const next =
    type === 'application/json-patch+json'
      ? jsonPatch(live, body as unknown as Operation[])
      : mergePatch(live, body)
  if (target.subresource === 'status') {
    cluster.setStatus(target.kind, target, (next as KubeObject).status ?? {})
    return send(response, 200, cluster.get(target.kind, target.namespace, target.name))
  }
  send(
    response,
    200,
    cluster.update(next as KubeObject, url.searchParams.get('fieldManager') ?? agentOf(request)),
  )
}

export async function replace(
  { served, request, response, url }: Call,
  target: Target,
): Promise<void> {
  const object = inPlace(await readBody(request), target.kind, target)
  send(
    response,
    200,
    served.cluster.update(object, url.searchParams.get('fieldManager') ?? agentOf(request)),
  )
}

export async function remove({ served, request, response }: Call, target: Target): Promise<void> {
  const options = (await readBody(request)) as {
    preconditions?: { uid?: string; resourceVersion?: string }
  }
  const { uid, resourceVersion } = options.preconditions ?? {}
  const removed = served.cluster.remove(target.kind, target, {
    ...(uid ? { uid } : {}),
    ...(resourceVersion ? { resourceVersion } : {}),
  })
  send(
    response,
    200,
    removed.metadata.deletionTimestamp
      ? removed
      : {
          kind: 'Status',
          apiVersion: 'v1',
          metadata: {},
          status: 'Success',
          details: { name: target.name, kind: target.kind.plural, uid: removed.metadata.uid },
        },
  )
}

function inPlace(
  body: Record<string, unknown>,
  kind: Kind,
  at: { namespace: string; name?: string },
): KubeObject {
  const object = body as KubeObject
  if (object.kind !== kind.kind || typeof object.metadata?.name !== 'string')
    throw new StatusError(
      400,
      'BadRequest',
      `the object provided is unrecognized (must be of type ${kind.kind})`,
    )
  if (at.name && object.metadata.name !== at.name)
    throw new StatusError(
      400,
      'BadRequest',
      `the name of the object (${object.metadata.name}) does not match the name on the URL (${at.name})`,
    )
  if (kind.namespaced && object.metadata.namespace && object.metadata.namespace !== at.namespace)
    throw new StatusError(
      400,
      'BadRequest',
      'the namespace of the provided object does not match the namespace sent on the request',
    )
  return kind.namespaced
    ? { ...object, metadata: { ...object.metadata, namespace: at.namespace } }
    : object
}
