export type FormIssue = { field: string; label: string; message: string }

type Parsed =
  | { success: true }
  | {
      success: false
      error: { issues: readonly { path: readonly PropertyKey[]; message: string }[] }
    }

/** Labels of the fields, in the order in which they stand. */
const LABELS: Record<string, string> = {
  tenant: 'Tenant',
  name: 'Name',
  template: 'What is it',
  targets: 'Where does it run',
  size: 'How much',
  displayName: 'Title',
  description: 'Description',
  owningTeam: 'Owning team',
  costCode: 'Cost code',
  application: 'Application',
  tier: 'Tier',
  dataClass: 'Data',
  interval: 'Flux looks',
  recovery: 'Recovery',
  dependsOn: 'Calls',
  vendors: 'Other companies',
  reason: 'Why',
  emergency: 'Emergency',
}

const MISSING: Record<string, string> = {
  name: 'needs a name',
  template: 'choose a template',
  displayName: 'needs a title',
  owningTeam: 'choose the team that looks after it',
  costCode: 'choose a cost code',
  application: 'needs a business application',
}

/** Filled in from the name: they are missing only because it is. */
const MADE_FROM_NAME = ['displayName', 'application']

/** What is missing or wrong in the form, one issue per field, in field order. */
export function issuesOf(
  parsed: Parsed,
  parameters: readonly { field: string; message: string }[],
): FormIssue[] {
  const own = parsed.success
    ? []
    : parsed.error.issues.map((issue) => ({
        field: String(issue.path[0] ?? ''),
        message: issue.message,
      }))
  const first = new Map<string, string>()
  for (const { field, message } of own)
    if (!first.has(field)) first.set(field, wordsFor(field, message))
  if (first.has('name')) for (const made of MADE_FROM_NAME) first.delete(made)
  const order = Object.keys(LABELS)
  const known = [...first]
    .map(([field, message]) => ({ field, label: LABELS[field] ?? field, message }))
    .sort((one, other) => order.indexOf(one.field) - order.indexOf(other.field))
  return [
    ...known,
    ...parameters.map(({ field, message }) => ({
      field: `parameters.${field}`,
      label: field,
      message,
    })),
  ]
}

function wordsFor(field: string, message: string): string {
  return /^(Too small|Invalid)/.test(message) ? (MISSING[field] ?? message) : message
}

/** Id of a field's control. */
export function fieldId(field: string): string {
  return `f-${field.replaceAll('.', '-')}`
}
