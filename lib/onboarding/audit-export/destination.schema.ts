import { z } from 'zod'
import { AUDIT_FORMATS } from '#lib/audit/formats/record.ts'
import { storedText } from '#lib/stored-text.ts'

const SCHEMES = { https: 'https:', syslog_tls: 'syslogs:', syslog_tcp: 'syslog:' } as const
const secret = storedText(2000)
  .trim()
  .regex(/^[\x21-\x7e]*$/, 'printable ASCII, no blanks')

/** Registers an audit destination. The two secrets are for HTTPS only, and either may be left out. */
export const RegisterDestination = z
  .strictObject({
    name: storedText(80).trim().min(3, 'at least 3 characters'),
    format: z.enum(AUDIT_FORMATS),
    transport: z.enum(['https', 'syslog_tls', 'syslog_tcp']),
    endpoint: storedText(300).trim(),
    caPem: storedText(20_000).trim(),
    /** Short name of the one tenant; empty is every tenant. */
    covers: storedText(80).trim(),
    token: secret,
    signingKey: secret.refine(
      (key) => key === '' || key.length >= 16,
      'at least 16 characters, or none',
    ),
  })
  .superRefine(({ transport, endpoint, token, signingKey }, context) => {
    const fault = endpointFault(transport, endpoint)
    if (fault) context.addIssue({ code: 'custom', path: ['endpoint'], message: fault })
    if (transport !== 'https' && (token || signingKey))
      context.addIssue({
        code: 'custom',
        path: [token ? 'token' : 'signingKey'],
        message: 'syslog carries no secret; leave it empty',
      })
  })
export type RegisterDestination = z.infer<typeof RegisterDestination>

/** Names a destination. */
export const DestinationRef = z.strictObject({ destinationId: storedText(40) })
export type DestinationRef = z.infer<typeof DestinationRef>

/** Pauses, resumes or removes, with a reason. */
export const ActOnDestination = z.strictObject({
  destinationId: storedText(40),
  act: z.enum(['pause', 'resume', 'remove']),
  reason: storedText(500).trim().min(10, 'say why, in a sentence'),
})
export type ActOnDestination = z.infer<typeof ActOnDestination>

function endpointFault(transport: keyof typeof SCHEMES, endpoint: string): string | undefined {
  const scheme = SCHEMES[transport]
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined
  if (url?.protocol !== scheme || url.hostname === '') return `begins with ${scheme}//host`
  if (url.username || url.password || url.hash) return 'without a name, a password or a fragment'
  // it is shown, audited and sent on; a token has a field of its own, which is sealed
  if (url.search) return 'without a query: a token belongs in its own field'
  if (transport === 'https') return undefined
  if (!url.port) return 'names its port, 6514 for TLS as a rule'
  return url.pathname !== '' && url.pathname !== '/' ? 'without a path' : undefined
}
