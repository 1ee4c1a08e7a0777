import { z } from 'zod'
import { storedText } from '#lib/stored-text.ts'

const secret = storedText(500).regex(/^[\x20-\x7e]*$/, 'printable ASCII')

/** How a tenant stands to ServiceNow. An empty secret keeps the one that is stored. */
export const SetServiceNow = z
  .strictObject({
    tenant: storedText(60),
    mode: z.enum(['off', 'mirror', 'gate']),
    instance: storedText(300).trim(),
    auth: z.enum(['basic', 'oauth']),
    user: storedText(100).trim().min(1, 'say as whom we sign in'),
    secret,
    group: storedText(80).trim().min(1, 'ServiceNow asks for no approval without one'),
    template: storedText(32).trim(),
    reason: storedText(500).trim().min(10, 'say why, in a sentence'),
  })
  .superRefine(({ instance, mode, template, user, auth }, context) => {
    const at = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message })
    const fault = instanceFault(instance)
    if (fault) at('instance', fault)
    if (template !== '' && !/^[0-9a-f]{32}$/.test(template))
      at('template', 'a sys_id: 32 of 0-9 and a-f')
    if (mode === 'mirror' && template === '')
      at('template', 'a mirror makes its changes by a standard change template')
    if (auth === 'basic' && user.includes(':')) at('user', 'without a colon')
  })
export type SetServiceNow = z.infer<typeof SetServiceNow>

/** Names the tenant whose line is tried. */
export const TestServiceNow = z.strictObject({ tenant: storedText(60) })
export type TestServiceNow = z.infer<typeof TestServiceNow>

function instanceFault(instance: string): string | undefined {
  const url = URL.canParse(instance) ? new URL(instance) : undefined
  if (!url || !['https:', 'http:'].includes(url.protocol) || url.hostname === '')
    return 'begins with https://host'
  if (url.username || url.password)
    return 'without a name or a password: they have fields of their own'
  return url.origin === instance.replace(/\/$/, '')
    ? undefined
    : 'the address alone, without a path'
}
