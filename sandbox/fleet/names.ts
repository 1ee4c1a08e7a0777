import type { Kind } from './kinds.ts'
import type { KubeObject } from './object.ts'
import { invalid } from './status.ts'

const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/
const QUALIFIED = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/
/** Kinds whose names are one label and no longer. */
const SHORT = new Set(['Namespace', 'Service'])

/** Names and labels as Kubernetes takes them: 422 else. */
export function validateNames(kind: Kind, { metadata }: KubeObject): void {
  const { name, labels = {} } = metadata
  const causes = [...nameCauses(kind, name), ...Object.entries(labels).flatMap(labelCauses)]
  if (causes.length > 0) throw invalid(kind, name, causes)
}

type Cause = { field: string; message: string }

function nameCauses(kind: Kind, name: string): Cause[] {
  if (kind.group === 'rbac.authorization.k8s.io') return []
  const [shape, most, what] = SHORT.has(kind.kind)
    ? ([LABEL, 63, 'label'] as const)
    : ([SUBDOMAIN, 253, 'subdomain'] as const)
  const said = (why: string): Cause => ({
    field: 'metadata.name',
    message: `Invalid value: ${JSON.stringify(name)}: ${why}`,
  })
  return [
    ...(shape.test(name)
      ? []
      : [
          said(
            `a lowercase RFC 1123 ${what} must consist of lower case alphanumeric characters${what === 'label' ? '' : ','} ${what === 'label' ? "or '-'" : "'-' or '.'"}, and must start and end with an alphanumeric character`,
          ),
        ]),
    ...(name.length > most ? [said(`must be no more than ${most} bytes`)] : []),
  ]
}

function labelCauses([key, value]: [string, string]): Cause[] {
  const said = (what: string, why: string): Cause => ({
    field: 'metadata.labels',
    message: `Invalid value: ${JSON.stringify(what)}: ${why}`,
  })
  const slash = key.indexOf('/')
  const name = key.slice(slash + 1)
  const prefixed = slash < 0 || SUBDOMAIN.test(key.slice(0, slash))
  const causes: Cause[] = []
  if (!prefixed || !QUALIFIED.test(name) || name.length > 63)
    causes.push(
      said(
        key,
        "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
      ),
    )
  if (value.length > 63) causes.push(said(value, 'must be no more than 63 bytes'))
  else if (value && !QUALIFIED.test(value))
    causes.push(
      said(
        value,
        "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
      ),
    )
  return causes
}
