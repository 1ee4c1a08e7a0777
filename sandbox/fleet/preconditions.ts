import { isDeepStrictEqual } from 'node:util'
import type { Kind } from './kinds.ts'
import type { KubeObject } from './object.ts'
import { invalid, resourceName, StatusError } from './status.ts'

/** Who names a state that is no longer the newest is refused: somebody wrote in between. */
export function refuseStale(kind: Kind, asked: KubeObject, live: KubeObject): void {
  const { name, resourceVersion } = asked.metadata
  if (!resourceVersion || resourceVersion === live.metadata.resourceVersion) return
  throw new StatusError(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${resourceName(kind)} "${name}": the object has been modified; please apply your changes to the latest version and try again`,
    { name, kind: kind.plural },
  )
}

/** An apply that names a uid is for that object alone: neither for another of its name nor for none. */
export function refuseAnother(kind: Kind, asked: KubeObject, live: KubeObject | undefined): void {
  const { name, uid } = asked.metadata
  if (!uid || uid === live?.metadata.uid) return
  if (live)
    throw invalid(kind, name, [
      {
        field: 'metadata.uid',
        message: `Invalid value: ${JSON.stringify(uid)}: field is immutable`,
      },
    ])
  const why = `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`
  throw new StatusError(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${resourceName(kind)} "${name}": ${why}`,
    { name, kind: kind.plural },
  )
}

const IMMUTABLE: Readonly<Record<string, { field: string; message: string }>> = {
  RoleBinding: { field: 'roleRef', message: 'cannot change roleRef' },
  Secret: { field: 'type', message: 'field is immutable' },
}

/** What cannot be changed on an object that stands. */
export function refuseImmutable(kind: Kind, live: KubeObject, next: KubeObject): void {
  const fixed = IMMUTABLE[kind.kind]
  if (!fixed || isDeepStrictEqual(live[fixed.field], next[fixed.field])) return
  const value = JSON.stringify(next[fixed.field])
  throw invalid(kind, live.metadata.name, [
    { field: fixed.field, message: `Invalid value: ${value}: ${fixed.message}` },
  ])
}
