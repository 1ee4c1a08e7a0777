type Facts = Readonly<Record<string, unknown>>
type Words = readonly [happened: string, whose: string, next: string]

const YOURS = 'Yours to mend.'

/** Refusals about a tenant's ServiceNow. */
export const SERVICENOW_WORDS = {
  servicenow_secret_missing: () => [
    'A secret is needed: none is stored for this instance and user.',
    YOURS,
    'Enter the password of the user, or the client’s secret.',
  ],
  servicenow_not_set: () => [
    'ServiceNow was never set for this tenant.',
    YOURS,
    'Save how it is reached first, then test it.',
  ],
} as const satisfies Record<string, (facts: Facts) => Words>
