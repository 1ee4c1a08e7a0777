import { z } from 'zod'
import { CHAT_KINDS } from '#lib/notices/chat-format.ts'
import { CHAT_GROUPS } from '#lib/notices/chat-words.ts'
import { storedText } from '#lib/stored-text.ts'

/** A tenant's chat channel. An empty address keeps the one that is stored. */
export const SetChat = z
  .strictObject({
    tenant: storedText(60),
    state: z.enum(['on', 'off']),
    kind: z.enum(CHAT_KINDS),
    address: storedText(2000).trim(),
    groups: z.array(z.enum(CHAT_GROUPS)).max(CHAT_GROUPS.length),
    reason: storedText(500).trim().min(10, 'say why, in a sentence'),
  })
  .superRefine(({ state, address, groups }, context) => {
    const at = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message })
    const fault = address === '' ? undefined : addressFault(address)
    if (fault) at('address', fault)
    if (state === 'on' && groups.length === 0) at('groups', 'choose what is told there')
  })
export type SetChat = z.infer<typeof SetChat>

/** Names the tenant whose channel is tried. */
export const TestChat = z.strictObject({ tenant: storedText(60) })
export type TestChat = z.infer<typeof TestChat>

function addressFault(address: string): string | undefined {
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (!url || !['https:', 'http:'].includes(url.protocol) || url.hostname === '')
    return 'begins with https://host'
  if (url.username || url.password) return 'without a name or a password before the host'
  return url.pathname === '/' ? 'the whole address of the webhook, with its path' : undefined
}
