type Facts = Readonly<Record<string, unknown>>
type Words = readonly [happened: string, whose: string, next: string]

const YOURS = 'Yours to mend.'

/** Refusals of what is asked of a running service, its offboarding above all. */
export const RETIREMENT_WORDS = {
  service_not_found: () => [
    'There is no such service, or it is not yours to operate.',
    YOURS,
    'Ask an owner of the tenant.',
  ],
  no_instance_there: () => [
    'The service has no running instance there.',
    YOURS,
    'Choose another environment.',
  ],
  service_retiring: () => [
    'The service is being offboarded.',
    'Ours to mend.',
    'Watch the run of its change.',
  ],
  name_not_confirmed: ({ name }) => ['That is not its name.', YOURS, `Type ${String(name)}.`],
  service_busy: ({ changes }) => [
    `${namesOf(changes, 'CHG-')} of this service is not over.`,
    YOURS,
    'Wait for it, withdraw it, or close it; then ask again.',
  ],
  nobody_to_approve: ({ stages }) => [
    `Nobody can approve this: ${namesOf(stages)}.`,
    'An owner of your tenant grants roles; the platform team writes policies.',
    'Ask them; then ask again.',
  ],
  stands_otherwise: () => [
    'What stands or depends on it changed while you read. Nothing was asked.',
    'What you typed is kept.',
    'Read the plan again; it is the new one once the page is reloaded.',
  ],
} as const satisfies Record<string, (facts: Facts) => Words>

function namesOf(value: unknown, before = ''): string {
  return Array.isArray(value) ? value.map((name) => `${before}${String(name)}`).join(', ') : ''
}
