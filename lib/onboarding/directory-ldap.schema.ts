import { z } from 'zod'
import { normalDn } from '#lib/directory/ldap/dn.ts'
import { ATTRIBUTE_MAPS, FLAVOURS, NAME_ATTRIBUTES } from '#lib/directory/ldap/flavours.ts'
import { storedText } from '#lib/stored-text.ts'

const reason = storedText(500).trim().min(10, 'say why, in a sentence')
const DirectoryId = storedText(40).min(1)
const Name = storedText(500)
  .trim()
  .refine(
    (text) => normalDn(text) !== null,
    'a distinguished name, as OU=People,DC=bank,DC=example',
  )
const count = (least: number, most: number) => z.coerce.number<number>().int().min(least).max(most)

/** How a directory is read by LDAP. Without an id it is a new one, which has a name and an issuer of its own. An empty password keeps the one that is stored. */
export const SetLdap = z
  .strictObject({
    directoryId: storedText(40).nullable(),
    name: storedText(60).trim(),
    issuer: storedText(300).trim(),
    subjectClaim: storedText(60).trim(),
    flavour: z.enum(FLAVOURS),
    url: storedText(300).trim(),
    bindDn: storedText(500).trim().min(1, 'say as whom we sign in'),
    password: storedText(500),
    caPem: storedText(20_000).trim(),
    peopleBase: Name,
    groupsBase: Name,
    nameAttribute: z.enum(NAME_ATTRIBUTES),
    everyMinutes: count(1, 1440),
    fullEvery: count(1, 1000),
    maxRemovedPercent: count(0, 100),
    staleMinutes: count(5, 43_200),
    reason,
  })
  .superRefine((input, context) => {
    const at = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message })
    const fault = addressFault(input.url)
    if (fault) at('url', fault)
    if (!ATTRIBUTE_MAPS[input.flavour].people.names.includes(input.nameAttribute))
      at('nameAttribute', 'this kind of server has no such attribute')
    if (input.directoryId !== null) return
    if (input.name.length < 2) at('name', 'what people call it')
    if (!URL.canParse(input.issuer)) at('issuer', 'the address of the provider that signs in')
    if (!/^[\w.-]+$/.test(input.subjectClaim)) at('subjectClaim', 'the name of a claim')
  })
export type SetLdap = z.infer<typeof SetLdap>

/** Reads a directory by LDAP no more. */
export const EndLdap = z.strictObject({ directoryId: DirectoryId, reason })
export type EndLdap = z.infer<typeof EndLdap>

/** Lets the removal with this digest go. */
export const AcceptLeavers = z.strictObject({
  directoryId: DirectoryId,
  digest: storedText(64).regex(/^[0-9a-f]{64}$/),
  reason,
})
export type AcceptLeavers = z.infer<typeof AcceptLeavers>

export const ReadDirectory = z.strictObject({ directoryId: DirectoryId })
export type ReadDirectory = z.infer<typeof ReadDirectory>

function addressFault(address: string): string | undefined {
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (url?.protocol === 'ldap:') return 'ldaps: a password would go in the clear'
  if (url?.protocol !== 'ldaps:' || url.hostname === '') return 'begins with ldaps://host'
  if (url.username || url.password) return 'without a name or a password: they have fields'
  return ['', '/'].includes(url.pathname) && !url.search && !url.hash
    ? undefined
    : 'the address alone: bases have fields of their own'
}
