type Facts = Readonly<Record<string, unknown>>
type Words = readonly [happened: string, whose: string, next: string]

const YOURS = 'Yours to mend.'

/** Refusals about a tenant's chat channel. */
export const CHAT_WORDS = {
  chat_address_missing: () => [
    'An address is needed: none is stored for this kind of chat.',
    YOURS,
    'Enter the address of the webhook.',
  ],
  chat_not_set: () => [
    'No chat channel was ever set for this tenant.',
    YOURS,
    'Save its webhook first, then test it.',
  ],
} as const satisfies Record<string, (facts: Facts) => Words>
