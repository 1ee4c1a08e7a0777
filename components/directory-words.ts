type Facts = Readonly<Record<string, unknown>>
type Words = readonly [happened: string, whose: string, next: string]

const YOURS = 'Yours to mend.'

/** Refusals about directories. */
export const DIRECTORY_WORDS = {
  directory_not_found: () => ['There is no such directory.', YOURS, 'Reload the page.'],
  directory_tokens_enough: ({ live }) => [
    `The directory has ${String(live)} tokens that are valid; two are enough to change over.`,
    YOURS,
    'Revoke one that is no longer used, then make the new one.',
  ],
  directory_token_not_found: () => [
    'There is no such token, or it was revoked already.',
    'Somebody was faster, perhaps.',
    'Reload the page.',
  ],
  directory_reads_ldap: () => [
    'The directory is read by LDAP; it pushes nothing.',
    YOURS,
    'Stop reading it first, if it shall push by SCIM again.',
  ],
  directory_taken: () => [
    'A directory with this name, or for this issuer, is there already.',
    YOURS,
    'Choose another name; or set up LDAP on the directory that has this issuer.',
  ],
  directory_not_ldap: () => [
    'The directory is not read by LDAP.',
    'Somebody stopped that, perhaps.',
    'Reload the page.',
  ],
  directory_not_held: () => [
    'This is not what is held any more.',
    'The directory says something else by now.',
    'Reload the page, and look at who would go.',
  ],
  ldap_password_missing: () => [
    'The password must be entered.',
    'It is kept for the server, the authority and the account it was given for only.',
    'Enter it; nobody can read the stored one.',
  ],
} satisfies Record<string, (facts: Facts) => Words>

/** What keeps a directory from being read, by the reason that is stored: what it means, and whose move it is. */
export const LDAP_TROUBLES: Readonly<Record<string, { title: string; next: string }>> = {
  not_allowed: {
    title: 'The worker may not call this server',
    next: 'Whoever runs Stairway adds it to OUTBOUND_ALLOW, and restarts web and worker.',
  },
  unreachable: {
    title: 'The server cannot be reached',
    next: 'Look whether host and port are right, and whether a firewall lets the worker through. It is tried again by itself.',
  },
  timeout: {
    title: 'The server does not answer in time',
    next: 'It is tried again by itself. If it stays so, ask its administrators.',
  },
  untrusted_certificate: {
    title: 'The server’s certificate is not trusted',
    next: 'Enter the authority that signed it; the name in the certificate must be the name in the address.',
  },
  unauthorised: {
    title: 'The server refused the account or its password',
    next: 'Enter the password anew. The account may be locked, or its password may have run out.',
  },
  forbidden: {
    title: 'The account may not read this',
    next: 'The directory’s administrators give it the right to read people and groups.',
  },
  base_not_found: {
    title: 'There is no such base',
    next: 'Look whether the base is spelled right; a base that the account may not see looks the same.',
  },
  too_large: {
    title: 'The server cuts its answer short',
    next: 'The directory’s administrators raise the size limit for this account. A part is never used: whoever is missing in it would look as if they had left.',
  },
  too_many: {
    title: 'The directory is larger than can be read',
    next: 'Name bases below which fewer people and groups stand: those who work with Stairway, and the groups that roles are given to.',
  },
  nobody_found: {
    title: 'Nobody is there',
    next: 'Look at the base, at the kind of server and at what the account may read. Nothing was taken away.',
  },
  invalid: {
    title: 'The server does not take a name for one',
    next: 'Look at the bases and at the account’s name.',
  },
}
