import { z } from 'zod'
import { SOURCE_KINDS } from '#lib/entitlements/sources/kinds.ts'
import { isSafePath } from '#lib/safe-path.ts'
import { storedText } from '#lib/stored-text.ts'

const reason = storedText(500).trim().min(10, 'say why, in a sentence')

/** Proposes where facts of a kind are read. Certificate authority and token are for HTTPS only, and either may be left out. */
export const ProposeSource = z
  .strictObject({
    kind: z.enum(SOURCE_KINDS),
    transport: z.enum(['https', 'file']),
    format: z.enum(['csv', 'json']),
    address: storedText(300).trim(),
    caPem: storedText(20_000).trim(),
    token: storedText(2000)
      .trim()
      .regex(/^[\x21-\x7e]*$/, 'printable ASCII, no blanks'),
    everyMinutes: z.coerce.number<number>().int().min(1).max(1440),
    maxRemovedPercent: z.coerce.number<number>().int().min(0).max(100),
    reason,
  })
  .superRefine(({ transport, address, token, caPem }, context) => {
    const fault = transport === 'https' ? addressFault(address) : pathFault(address)
    if (fault) context.addIssue({ code: 'custom', path: ['address'], message: fault })
    if (transport === 'file' && (token || caPem))
      context.addIssue({
        code: 'custom',
        path: [token ? 'token' : 'caPem'],
        message: 'a file has none; leave it empty',
      })
  })
export type ProposeSource = z.infer<typeof ProposeSource>

/** Confirms or refuses what another proposed; one’s own is only taken back. */
export const DecideSource = z.strictObject({
  sourceId: storedText(40),
  verdict: z.enum(['confirm', 'refuse']),
})
export type DecideSource = z.infer<typeof DecideSource>

export const RemoveSource = z.strictObject({ sourceId: storedText(40), reason })
export type RemoveSource = z.infer<typeof RemoveSource>

/** Lets the feed with this digest take away what it takes away. */
export const AcceptRemoval = z.strictObject({
  kind: z.enum(SOURCE_KINDS),
  digest: storedText(64).regex(/^[0-9a-f]{64}$/),
  reason,
})
export type AcceptRemoval = z.infer<typeof AcceptRemoval>

export const ReadSource = z.strictObject({ kind: z.enum(SOURCE_KINDS) })
export type ReadSource = z.infer<typeof ReadSource>

function addressFault(address: string): string | undefined {
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (url?.protocol !== 'https:' || url.hostname === '') return 'begins with https://host'
  if (url.username || url.password || url.hash) return 'without a name, a password or a fragment'
  // it is shown and audited; a token has a field of its own, which is sealed
  return url.search ? 'without a query: a token belongs in its own field' : undefined
}

function pathFault(address: string): string | undefined {
  return isSafePath(address) ? undefined : 'a path below the folder of feeds, as hr/training.csv'
}
