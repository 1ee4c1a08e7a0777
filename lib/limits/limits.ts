/** How often something may be asked by one person, token or address: `hits` in each window of `seconds`. */
export const LIMITS = {
  /** Starts and ends of sign-ins, by address; a whole office may share one. */
  sign_in: { hits: 300, seconds: 60 },
  /** Checks and previews of a form, by person; a form asks once typing stops. */
  checks: { hits: 240, seconds: 60 },
  /** Looks of the worker for names that a person thinks of; each is a request to a Git host that gives so many an hour. */
  looks: { hits: 40, seconds: 60 },
  /** Comments on changes, by person: each may send mails. */
  comments: { hits: 20, seconds: 60 },
  /** Every other act of a person in the browser, a submit among them. */
  acts: { hits: 240, seconds: 60 },
  /** Requests of one directory; a first sync of a large one runs at some 25 a second. */
  scim: { hits: 6000, seconds: 60 },
  /** Events of one cluster about one tenant. */
  hooks: { hits: 3000, seconds: 60 },
  /** Wrong tokens and signatures, by address. */
  unproven: { hits: 120, seconds: 60 },
} as const satisfies Record<string, { hits: number; seconds: number }>

export type LimitName = keyof typeof LIMITS

/** Is this the hit that is too many? The last one of a window is still within. */
export function isOver(limit: LimitName, hits: number): boolean {
  return hits > LIMITS[limit].hits
}
