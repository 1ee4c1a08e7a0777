import { isDeepStrictEqual } from 'node:util'
import {
  fromFieldsV1,
  leafPaths,
  type Path,
  pathText,
  removeAt,
  setAt,
  toFieldsV1,
  valueAt,
} from './fields.ts'
import { type KubeObject, type ManagedFields, timestamp } from './object.ts'
import { applyConflict } from './status.ts'

export type ApplyOptions = { manager: string; force: boolean }

/**
 * Server-side apply of a configuration onto what stands: fields of other managers with other values are conflicts (409) unless forced;
 * fields this manager gave up are removed unless somebody else owns them. Answers the new object, or the old one itself when nothing moves.
 */
export function serverSideApply(
  live: KubeObject | undefined,
  config: KubeObject,
  { manager, force }: ApplyOptions,
): KubeObject {
  const paths = leafPaths(config)
  const entry: ManagedFields = {
    manager,
    operation: 'Apply',
    apiVersion: config.apiVersion,
    time: timestamp(),
    fieldsType: 'FieldsV1',
    fieldsV1: toFieldsV1(paths),
  }
  if (!live) {
    const { status: _status, ...rest } = config
    return {
      ...structuredClone(rest),
      metadata: { ...structuredClone(config.metadata), managedFields: [entry] },
    } as KubeObject
  }
  const managed = live.metadata.managedFields ?? []
  const own = managed.find(
    (candidate) => candidate.manager === manager && candidate.operation === 'Apply',
  )
  const others = managed.filter(
    (candidate) => candidate !== own && candidate.subresource === undefined,
  )
  const conflicts = conflictsWith(live, config, { paths, others })
  if (conflicts.length > 0 && !force)
    throw applyConflict(
      conflicts.map(({ manager: holder, path, using }) => ({
        ...{ manager: holder, field: pathText(path) },
        ...(using ? { using } : {}),
      })),
    )
  const next = structuredClone(live)
  for (const path of paths) setAt(next, path, structuredClone(valueAt(config, path)))
  for (const path of own ? givenUp(own, { paths, others }) : []) removeAt(next, path)
  const keptOthers = force
    ? others.flatMap((candidate) =>
        without(
          candidate,
          conflicts.map((conflict) => conflict.path),
        ),
      )
    : others
  const status = managed.filter((candidate) => candidate.subresource !== undefined)
  const sameFields = own !== undefined && isDeepStrictEqual(own.fieldsV1, entry.fieldsV1)
  next.metadata.managedFields = [...keptOthers, sameFields ? own : entry, ...status]
  return sameFields &&
    conflicts.length === 0 &&
    isDeepStrictEqual(withoutManaged(next), withoutManaged(live))
    ? live
    : next
}

/** `using` is the version that an update was made with; an apply has none. */
type Conflict = { manager: string; path: Path; using?: string }

function conflictsWith(
  live: KubeObject,
  config: KubeObject,
  { paths, others }: { paths: readonly Path[]; others: readonly ManagedFields[] },
): Conflict[] {
  if (others.length === 0) return []
  const changed = paths.filter(
    (path) => !isDeepStrictEqual(valueAt(live, path), valueAt(config, path)),
  )
  if (changed.length === 0) return []
  return others.flatMap((other) => {
    const owned = new Set(fromFieldsV1(other.fieldsV1).map((path) => path.join('\u0000')))
    return changed
      .filter((path) => owned.has(path.join('\u0000')))
      .map((path) => ({
        ...{ manager: other.manager, path },
        ...(other.operation === 'Update' ? { using: other.apiVersion } : {}),
      }))
  })
}

function givenUp(
  own: ManagedFields,
  { paths, others }: { paths: readonly Path[]; others: readonly ManagedFields[] },
): Path[] {
  const kept = new Set(paths.map((path) => path.join('\u0000')))
  for (const other of others)
    for (const path of fromFieldsV1(other.fieldsV1)) kept.add(path.join('\u0000'))
  return fromFieldsV1(own.fieldsV1).filter((path) => !kept.has(path.join('\u0000')))
}

/** What a manager keeps when others take fields; who keeps nothing is no manager any more. */
function without(entry: ManagedFields, taken: readonly Path[]): ManagedFields[] {
  const lost = new Set(taken.map((path) => path.join('\u0000')))
  const owned = fromFieldsV1(entry.fieldsV1)
  const kept = owned.filter((path) => !lost.has(path.join('\u0000')))
  if (kept.length === owned.length) return [entry]
  return kept.length === 0 ? [] : [{ ...entry, fieldsV1: toFieldsV1(kept) }]
}

/** Ownership after a plain update: the writer owns what it changed, and nobody owns what it took away. */
export function trackUpdate(
  before: KubeObject | undefined,
  after: KubeObject,
  manager: string,
): void {
  const changed = leafPaths(after).filter(
    (path) => !before || !isDeepStrictEqual(valueAt(before, path), valueAt(after, path)),
  )
  const managed = stillOwned(before, after)
  if (changed.length === 0) {
    after.metadata.managedFields = managed
    return
  }
  const own = managed.find(
    (entry) => entry.manager === manager && entry.operation === 'Update' && !entry.subresource,
  )
  const paths = [...(own ? fromFieldsV1(own.fieldsV1) : []), ...changed]
  const entry: ManagedFields = {
    manager,
    operation: 'Update',
    apiVersion: after.apiVersion,
    time: timestamp(),
    fieldsType: 'FieldsV1',
    fieldsV1: toFieldsV1(paths),
  }
  after.metadata.managedFields = [
    ...managed
      .filter((candidate) => candidate !== own)
      .flatMap((candidate) => without(candidate, changed)),
    entry,
  ]
}

function stillOwned(before: KubeObject | undefined, after: KubeObject): ManagedFields[] {
  const gone = (path: Path) =>
    valueAt(before, path) !== undefined && valueAt(after, path) === undefined
  return (before?.metadata.managedFields ?? []).flatMap((entry) => {
    const lost = fromFieldsV1(entry.fieldsV1).filter(gone)
    return without(entry, lost)
  })
}

function withoutManaged(object: KubeObject): unknown {
  const { managedFields: _managed, ...metadata } = object.metadata
  return { ...object, metadata }
}
