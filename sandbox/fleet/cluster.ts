import { randomUUID } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { admit } from './admit.ts'
import { serverSideApply, trackUpdate } from './apply.ts'
import { BASELINE } from './baseline.ts'
import { EventLog, type WatchEvent } from './event-log.ts'
import type { ClusterFault } from './faults.ts'
import type { Journal } from './journal.ts'
import { apiVersionOf, type Kind, kindOf } from './kinds.ts'
import { endingStatus, NAMESPACED } from './namespace-end.ts'
import { type KubeObject, timestamp } from './object.ts'
import { refuseAnother, refuseStale } from './preconditions.ts'
import { QUOTA, quotaStatus } from './quota.ts'
import type { Selector } from './selector.ts'
import { alreadyExists, notFound, preconditionFailed, StatusError, staleState } from './status.ts'
import { isBare, isOutdated, keyOf, withEncodedData } from './stored.ts'
import { validateStrict } from './validate.ts'

const NAMESPACE = kindOf('v1', 'Namespace') as Kind

/** One simulated cluster: its objects, versions and watchers. Controllers watch it as anybody else does. */
export class SimulatedCluster {
  readonly name: string
  faults: ClusterFault[] = []
  uid: string = randomUUID()
  private version = 1000
  private readonly objects = new Map<string, KubeObject>()
  private readonly log = new EventLog(1000)
  private readonly journal: Journal

  constructor(name: string, journal: Journal) {
    this.name = name
    this.journal = journal
  }

  /** Brings back what a journal holds, or makes the namespaces every cluster has. */
  restore(lines: readonly { key: string; object: KubeObject | null }[]): void {
    for (const { key, object } of lines) {
      if (object) this.objects.set(key, object)
      else this.objects.delete(key)
      this.version = Math.max(this.version, Number(object?.metadata.resourceVersion ?? 0))
    }
    if (lines.length > 0) this.log.begin(this.version)
    for (const object of BASELINE) {
      const kind = this.kindFor(object)
      const live = this.get(kind, object.metadata.namespace ?? '', object.metadata.name)
      if (!live) this.create(object, 'kube-apiserver')
      else if ((isBare(live) && !isBare(object)) || isOutdated(live, object))
        this.update(
          { ...object, metadata: { ...live.metadata, ...object.metadata } },
          'kube-apiserver',
        )
    }
    this.uid =
      this.get(kindOf('v1', 'Namespace') as Kind, '', 'kube-system')?.metadata.uid ?? this.uid
  }

  /** Wipes everything: a rebuilt cluster under the same name. */
  rebuild(): void {
    for (const [key, object] of this.objects) this.drop(key, object)
    this.restore([])
  }

  currentVersion(): string {
    return String(this.version)
  }

  get(kind: Kind, namespace: string, name: string): KubeObject | undefined {
    return this.objects.get(keyOf(kind, namespace, name))
  }

  list(kind: Kind, namespace: string, selects: Selector = () => true): KubeObject[] {
    const prefix = `${apiVersionOf(kind)}/${kind.kind}/${namespace ? `${namespace}/` : ''}`
    const found: KubeObject[] = []
    for (const [key, object] of this.objects) {
      if (key.startsWith(prefix) && selects(object.metadata.labels ?? {})) found.push(object)
    }
    return found
  }

  create(object: KubeObject, manager: string): KubeObject {
    const kind = this.kindFor(object)
    const { namespace = '', name } = object.metadata
    if (this.get(kind, namespace, name)) throw alreadyExists(kind, name)
    validateStrict(kind, object)
    admit(this, kind, { next: object, live: undefined })
    const made = structuredClone(object)
    trackUpdate(undefined, made, manager)
    return this.insert(kind, made)
  }

  /** Server-side apply; a dry run answers what would stand and keeps nothing. */
  apply(
    config: KubeObject,
    options: { manager: string; force: boolean; dryRun?: boolean },
  ): { object: KubeObject; created: boolean } {
    const kind = this.kindFor(config)
    validateStrict(kind, config)
    const { namespace = '', name } = config.metadata
    const live = this.get(kind, namespace, name)
    const normal = kind.kind === 'Secret' ? withEncodedData(config) : config
    refuseAnother(kind, config, live)
    if (live) refuseStale(kind, config, live)
    const next = serverSideApply(live, normal, options)
    if (live && next === live) return { object: live, created: false }
    admit(this, kind, { next: next, live: live })
    if (options.dryRun) return { object: next, created: !live }
    return {
      object: live ? this.replace(kind, live, next) : this.insert(kind, next),
      created: !live,
    }
  }

  /** Writes a changed object; the generation moves with the spec. */
  update(next: KubeObject, manager: string): KubeObject {
    const kind = this.kindFor(next)
    const live = this.get(kind, next.metadata.namespace ?? '', next.metadata.name)
    if (!live) throw notFound(kind, next.metadata.name)
    refuseStale(kind, next, live)
    admit(this, kind, { next: next, live: live })
    const changed = structuredClone(next)
    trackUpdate(live, changed, manager)
    return this.replace(kind, live, changed)
  }

  /** Writes status only: no generation, no ownership of spec. */
  setStatus(
    kind: Kind,
    at: { namespace: string; name: string },
    status: Record<string, unknown>,
  ): void {
    const live = this.get(kind, at.namespace, at.name)
    if (live && !isDeepStrictEqual(live.status, status))
      this.replace(kind, live, { ...live, status })
  }

  /** Deletes, or marks as being deleted while finalizers stand. Namespaces take their content with them. */
  remove(
    kind: Kind,
    at: { namespace: string; name: string },
    { uid, resourceVersion }: { uid?: string; resourceVersion?: string } = {},
  ): KubeObject {
    const live = this.get(kind, at.namespace, at.name)
    if (!live) throw notFound(kind, at.name)
    if (uid && uid !== live.metadata.uid)
      throw preconditionFailed(kind, at.name, uid, live.metadata.uid ?? '')
    const found = live.metadata.resourceVersion ?? ''
    if (resourceVersion && resourceVersion !== found)
      throw staleState(kind, at.name, resourceVersion, found)
    if (kind.kind === 'Namespace') return this.removeNamespace(kind, live)
    if ((live.metadata.finalizers ?? []).length > 0) {
      if (live.metadata.deletionTimestamp) return live
      return this.replace(kind, live, {
        ...live,
        metadata: { ...live.metadata, deletionTimestamp: timestamp() },
      })
    }
    this.drop(keyOf(kind, at.namespace, at.name), live)
    return live
  }

  /** Takes a finalizer off; the object goes when it was the last and it is being deleted. */
  finalize(kind: Kind, at: { namespace: string; name: string }, finalizer: string): void {
    const live = this.get(kind, at.namespace, at.name)
    if (!live) return
    const finalizers = (live.metadata.finalizers ?? []).filter((entry) => entry !== finalizer)
    this.replace(kind, live, { ...live, metadata: { ...live.metadata, finalizers } })
  }

  /** The oldest version from which everything later is still known. */
  oldestVersion(): number {
    return this.log.oldest()
  }

  /** Calls back for every later event. Events since a version come first; 410 when they are gone. */
  watch(since: number | undefined, listener: (event: WatchEvent) => void): () => void {
    return this.log.watch(since, listener)
  }

  fault(kind: ClusterFault['kind']): ClusterFault | undefined {
    return this.faults.find((fault) => fault.kind === kind)
  }

  private removeNamespace(kind: Kind, live: KubeObject): KubeObject {
    const { name } = live.metadata
    const ending = live.metadata.deletionTimestamp
      ? live
      : this.replace(kind, live, {
          ...live,
          metadata: { ...live.metadata, deletionTimestamp: timestamp() },
          status: { phase: 'Terminating' },
        })
    for (const inner of NAMESPACED)
      for (const object of this.list(inner, name))
        this.remove(inner, { namespace: name, name: object.metadata.name })
    this.settleNamespace(name)
    return this.get(kind, '', name) ?? ending
  }

  /** After something came to or left a namespace: its quotas count anew, and one that is ending goes when it is empty, or says what holds it. */
  private settleNamespace(name: string): void {
    const count = (kind: Kind) => this.list(kind, name).length
    for (const quota of this.list(QUOTA, name))
      this.setStatus(
        QUOTA,
        { namespace: name, name: quota.metadata.name },
        quotaStatus(quota, NAMESPACED, count),
      )
    const home = this.get(NAMESPACE, '', name)
    if (!home?.metadata.deletionTimestamp) return
    const left = NAMESPACED.flatMap((kind) =>
      this.list(kind, name).map((object) => ({ kind, object })),
    )
    if (left.length === 0) this.drop(keyOf(NAMESPACE, '', name), home)
    else this.setStatus(NAMESPACE, { namespace: '', name }, endingStatus(left))
  }

  private kindFor(object: KubeObject): Kind {
    const kind = kindOf(object.apiVersion, object.kind)
    if (!kind)
      throw new StatusError(404, 'NotFound', 'the server could not find the requested resource')
    return kind
  }

  private insert(kind: Kind, object: KubeObject): KubeObject {
    const { name } = object.metadata
    const labels =
      kind.kind === 'Namespace'
        ? { 'kubernetes.io/metadata.name': name, ...object.metadata.labels }
        : object.metadata.labels
    const metadata = {
      ...object.metadata,
      ...(labels ? { labels } : {}),
      uid: randomUUID(),
      creationTimestamp: timestamp(),
      ...(object.spec ? { generation: 1 } : {}),
    }
    const made = this.put(
      kind,
      {
        ...object,
        metadata,
        ...(kind.kind === 'Namespace' ? { status: { phase: 'Active' } } : {}),
      },
      'ADDED',
    )
    if (kind.namespaced) this.settleNamespace(object.metadata.namespace ?? '')
    return this.get(kind, object.metadata.namespace ?? '', name) ?? made
  }

  private replace(kind: Kind, live: KubeObject, next: KubeObject): KubeObject {
    const moved = !isDeepStrictEqual(live.spec, next.spec)
    const generation =
      live.metadata.generation === undefined
        ? {}
        : { generation: live.metadata.generation + (moved ? 1 : 0) }
    const put = this.put(
      kind,
      { ...next, metadata: { ...next.metadata, ...generation } },
      'MODIFIED',
    )
    const { namespace = '', name, deletionTimestamp, finalizers = [] } = put.metadata
    if (kind === QUOTA && moved) this.settleNamespace(namespace)
    if (kind !== NAMESPACE && deletionTimestamp && finalizers.length === 0)
      this.drop(keyOf(kind, namespace, name), put)
    return put
  }

  private put(kind: Kind, object: KubeObject, type: 'ADDED' | 'MODIFIED'): KubeObject {
    this.version += 1
    const stored = {
      ...object,
      metadata: { ...object.metadata, resourceVersion: String(this.version) },
    }
    const key = keyOf(kind, stored.metadata.namespace ?? '', stored.metadata.name)
    this.objects.set(key, stored)
    this.journal.write(this.name, key, stored)
    this.log.tell({ type, object: stored, kind, version: this.version })
    return stored
  }

  private drop(key: string, object: KubeObject): void {
    this.version += 1
    this.objects.delete(key)
    this.journal.write(this.name, key, null)
    const metadata = { ...object.metadata, resourceVersion: String(this.version) }
    const kind = this.kindFor(object)
    this.log.tell({
      ...{ type: 'DELETED', kind, version: this.version },
      object: { ...object, metadata },
    })
    if (kind.namespaced) this.settleNamespace(object.metadata.namespace ?? '')
  }
}
