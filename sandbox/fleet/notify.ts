import { createHmac } from 'node:crypto'
import type { SimulatedCluster } from './cluster.ts'
import { record } from './event-recorder.ts'
import { type Kind, kindOf } from './kinds.ts'
import { type KubeObject, timestamp } from './object.ts'

export type Occurrence = {
  object: KubeObject
  severity: 'info' | 'error'
  reason: string
  message: string
  revision: string | null
  controller: string
}

const RETRIES_MS = [0, 2000, 4000, 8000]

/** notification-controller: sends an event to every Alert of the namespace that listens to the object, signed by the Provider's Secret. At most a few tries, then it is lost, as in Flux. */
export function notify(cluster: SimulatedCluster, occurrence: Occurrence): void {
  record(cluster, occurrence)
  const namespace = occurrence.object.metadata.namespace ?? ''
  for (const alert of cluster.list(
    kind('notification.toolkit.fluxcd.io/v1beta3', 'Alert'),
    namespace,
  )) {
    const spec = (alert.spec ?? {}) as {
      providerRef?: { name: string }
      eventSources?: { kind: string; name: string }[]
      eventSeverity?: string
      eventMetadata?: Record<string, string>
      suspend?: boolean
      exclusionList?: string[]
    }
    const listens = spec.eventSources?.some(
      (source) =>
        source.kind === occurrence.object.kind &&
        (source.name === '*' || source.name === occurrence.object.metadata.name),
    )
    if (
      !listens ||
      spec.suspend ||
      (spec.eventSeverity === 'error' && occurrence.severity !== 'error')
    )
      continue
    if (spec.exclusionList?.some((pattern) => new RegExp(pattern).test(occurrence.message)))
      continue
    const provider = cluster.get(
      kind('notification.toolkit.fluxcd.io/v1beta3', 'Provider'),
      namespace,
      spec.providerRef?.name ?? '',
    )
    if (provider) dispatch(cluster, provider, bodyOf(occurrence, spec.eventMetadata ?? {}))
  }
}

function bodyOf(
  { object, severity, reason, message, revision, controller }: Occurrence,
  metadata: Record<string, string>,
): string {
  const own = Object.fromEntries(
    Object.entries(object.metadata.annotations ?? {})
      .filter(([key]) => key.startsWith('event.toolkit.fluxcd.io/'))
      .map(([key, value]) => [key.slice(24), value]),
  )
  return JSON.stringify({
    involvedObject: {
      kind: object.kind,
      namespace: object.metadata.namespace,
      name: object.metadata.name,
      uid: object.metadata.uid,
      apiVersion: object.apiVersion,
      resourceVersion: object.metadata.resourceVersion,
    },
    severity,
    timestamp: timestamp(),
    message,
    reason,
    metadata: { ...own, ...metadata, ...(revision ? { revision } : {}) },
    reportingController: controller,
    reportingInstance: `${controller}-simulated`,
  })
}

function dispatch(cluster: SimulatedCluster, provider: KubeObject, body: string): void {
  const spec = (provider.spec ?? {}) as {
    address?: string
    secretRef?: { name: string }
    type?: string
  }
  const secret = cluster.get(
    kind('v1', 'Secret'),
    provider.metadata.namespace ?? '',
    spec.secretRef?.name ?? '',
  )
  const data = (secret?.data ?? {}) as Record<string, string>
  const decode = (key: string) => Buffer.from(data[key] ?? '', 'base64').toString()
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    'gotk-component': String(JSON.parse(body).reportingController),
  }
  for (const line of decode('headers').split('\n')) {
    const at = line.indexOf(':')
    if (at > 0) headers[line.slice(0, at).trim().toLowerCase()] = line.slice(at + 1).trim()
  }
  if (spec.type === 'generic-hmac')
    headers['x-signature'] =
      `sha256=${createHmac('sha256', decode('token')).update(body).digest('hex')}`
  post(spec.address ?? '', { body, headers }, 0)
}

function post(
  address: string,
  message: { body: string; headers: Record<string, string> },
  attempt: number,
): void {
  const again = () => {
    if (attempt + 1 < RETRIES_MS.length)
      setTimeout(() => post(address, message, attempt + 1), RETRIES_MS[attempt + 1]).unref()
  }
  fetch(address, { method: 'POST', ...message, signal: AbortSignal.timeout(15_000) })
    .then((response) =>
      response.status >= 500 || response.status === 429 ? again() : response.body?.cancel(),
    )
    .catch(again)
}

function kind(apiVersion: string, name: string): Kind {
  return kindOf(apiVersion, name) as Kind
}
