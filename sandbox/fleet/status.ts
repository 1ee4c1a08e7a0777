import type { Kind } from './kinds.ts'

type Details = {
  name?: string
  group?: string
  kind?: string
  causes?: { reason?: string; message?: string; field?: string }[]
  retryAfterSeconds?: number
}

/** A `Status` of Kubernetes, thrown by whatever refuses a request. */
export class StatusError extends Error {
  readonly code: number
  readonly body: Record<string, unknown>
  constructor(code: number, reason: string | null, message: string, details?: Details) {
    super(message)
    this.code = code
    this.body = {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message,
      ...(reason ? { reason } : {}),
      ...(details ? { details } : {}),
      code,
    }
  }
}

/** `kustomizations.kustomize.toolkit.fluxcd.io`, `secrets` … */
export function resourceName(kind: Kind): string {
  return kind.group ? `${kind.plural}.${kind.group}` : kind.plural
}

function at(kind: Kind, name: string): Details {
  return { name, ...(kind.group ? { group: kind.group } : {}), kind: kind.plural }
}

export function notFound(kind: Kind, name: string): StatusError {
  return new StatusError(
    404,
    'NotFound',
    `${resourceName(kind)} "${name}" not found`,
    at(kind, name),
  )
}

export function alreadyExists(kind: Kind, name: string): StatusError {
  return new StatusError(
    409,
    'AlreadyExists',
    `${resourceName(kind)} "${name}" already exists`,
    at(kind, name),
  )
}

export function unauthorized(): StatusError {
  return new StatusError(401, 'Unauthorized', 'Unauthorized')
}

export function forbidden(
  kind: Kind,
  { user, verb, namespace, name }: { user: string; verb: string; namespace: string; name: string },
): StatusError {
  const what = name ? `${resourceName(kind)} "${name}"` : resourceName(kind)
  const scope = namespace ? `in the namespace "${namespace}"` : 'at the cluster scope'
  const message = `${what} is forbidden: User "${user}" cannot ${verb} resource "${kind.plural}" in API group "${kind.group}" ${scope}`
  return new StatusError(
    403,
    'Forbidden',
    message,
    name ? at(kind, name) : { kind: kind.plural, ...(kind.group ? { group: kind.group } : {}) },
  )
}

export function terminating(kind: Kind, name: string, namespace: string): StatusError {
  const causes = [
    {
      reason: 'NamespaceTerminating',
      message: `namespace ${namespace} is being terminated`,
      field: 'metadata.namespace',
    },
  ]
  return new StatusError(
    403,
    'Forbidden',
    `${resourceName(kind)} "${name}" is forbidden: unable to create new content in namespace ${namespace} because it is being terminated`,
    { ...at(kind, name), causes },
  )
}

export function applyConflict(
  unsorted: readonly { manager: string; field: string; using?: string }[],
): StatusError {
  const conflicts = unsorted.toSorted((a, b) => (a.manager < b.manager ? -1 : 1))
  const count = conflicts.length === 1 ? '1 conflict' : `${conflicts.length} conflicts`
  const nameOf = ({ manager, using }: { manager: string; using?: string }) =>
    `"${manager}"${using ? ` using ${using}` : ''}`
  const names = [...new Set(conflicts.map(nameOf))]
  const parts = names.map((name) => {
    const fields = conflicts
      .filter((conflict) => nameOf(conflict) === name)
      .map((conflict) => conflict.field)
    return conflicts.length === 1
      ? `conflict with ${name}: ${fields[0]}`
      : `conflicts with ${name}:\n${fields.map((field) => `- ${field}`).join('\n')}`
  })
  const causes = conflicts.map((conflict) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with ${nameOf(conflict)}`,
    field: conflict.field,
  }))
  return new StatusError(409, 'Conflict', `Apply failed with ${count}: ${parts.join('\n')}`, {
    causes,
  })
}

/** A delete that names a state which is no longer the newest. */
export function staleState(kind: Kind, name: string, wanted: string, found: string): StatusError {
  return new StatusError(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${resourceName(kind)} "${name}": the ResourceVersion in the precondition (${wanted}) does not match the ResourceVersion in record (${found}). The object might have been modified`,
    at(kind, name),
  )
}

export function preconditionFailed(
  kind: Kind,
  name: string,
  wanted: string,
  found: string,
): StatusError {
  return new StatusError(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${resourceName(kind)} "${name}": the UID in the precondition (${wanted}) does not match the UID in record (${found}). The object might have been deleted and then recreated`,
    at(kind, name),
  )
}

export function undeclared(
  kind: Kind,
  where: { namespace: string; name: string },
  path: string,
): StatusError {
  const place = where.namespace ? `${where.namespace}/${where.name}` : `/${where.name}`
  const gvk = `${kind.group}/${kind.version}, Kind=${kind.kind}`
  return new StatusError(
    500,
    null,
    `failed to create typed patch object (${place}; ${gvk}): ${path}: field not declared in schema`,
  )
}

export function invalid(
  kind: Kind,
  name: string,
  causes: readonly { field: string; message: string }[],
): StatusError {
  const text = causes.map((cause) => `${cause.field}: ${cause.message}`).join(', ')
  return new StatusError(
    422,
    'Invalid',
    `${kind.kind}${kind.group ? `.${kind.group}` : ''} "${name}" is invalid: ${text}`,
    {
      ...at(kind, name),
      kind: kind.kind,
      causes: causes.map((cause) => ({ reason: 'FieldValueInvalid', ...cause })),
    },
  )
}
