import {
  AdminLimitExceededError,
  BusyError,
  ConfidentialityRequiredError,
  InappropriateAuthError,
  InsufficientAccessError,
  InvalidCredentialsError,
  InvalidDNSyntaxError,
  NoSuchObjectError,
  ResultCodeError,
  SizeLimitExceededError,
  StrongAuthRequiredError,
  TimeLimitExceededError,
  UnavailableError,
  UnwillingToPerformError,
} from 'ldapts'
import { AdapterError } from '#lib/adapter-error.ts'

type Kind = { reason: string; retryable: boolean; said: string }
type Fault = abstract new (...args: never[]) => Error

/** What each refusal of a server means, in words for whoever set it up. */
const BY_CLASS: readonly (readonly [readonly Fault[], Kind])[] = [
  [
    [InvalidCredentialsError, InappropriateAuthError],
    {
      reason: 'unauthorised',
      retryable: false,
      said: 'the server refused the name or the password',
    },
  ],
  [
    [NoSuchObjectError],
    {
      reason: 'base_not_found',
      retryable: false,
      said: 'the server has no such base, or does not show it to this account',
    },
  ],
  [
    [InvalidDNSyntaxError],
    { reason: 'invalid', retryable: false, said: 'the server takes this for no name' },
  ],
  [
    [InsufficientAccessError],
    { reason: 'forbidden', retryable: false, said: 'the account may not read this' },
  ],
  [
    [SizeLimitExceededError, AdminLimitExceededError],
    {
      reason: 'too_large',
      retryable: false,
      said: 'the server gave only a part, as its size limit for this account is smaller than the directory; a part is not used',
    },
  ],
  [
    [TimeLimitExceededError],
    { reason: 'timeout', retryable: true, said: 'the server’s own time limit ran out' },
  ],
  [
    [ConfidentialityRequiredError, StrongAuthRequiredError],
    {
      reason: 'forbidden',
      retryable: false,
      said: 'the server asks for a stronger sign-in than a password over TLS',
    },
  ],
  [
    [BusyError, UnavailableError, UnwillingToPerformError],
    { reason: 'server_error', retryable: true, said: 'the server cannot answer now' },
  ],
]

const CERTIFICATE = /certificate|self[- ]signed|CERT_|altname|unable to verify/i
const LATE = /timed? ?out|timeout/i

/** The one error behind whatever went wrong, without the password. */
export function failureOf(operation: string, error: unknown, password: string): AdapterError {
  if (error instanceof AdapterError) return error
  const { said, ...kind } = kindOf(error)
  const told = oneLine(error instanceof Error ? error.message : String(error), password)
  const detail = told && told !== said ? `${said}: ${told}` : said
  return new AdapterError({ system: 'ldap', operation, ...kind, detail }, { cause: error })
}

function kindOf(error: unknown): Kind {
  const known = BY_CLASS.find(([faults]) => faults.some((fault) => error instanceof fault))
  if (known) return known[1]
  if (error instanceof ResultCodeError)
    return {
      reason: 'server_error',
      retryable: true,
      said: `the server answered with code ${error.code}`,
    }
  const text = error instanceof Error ? `${error.message} ${codeOf(error)}` : String(error)
  if (CERTIFICATE.test(text))
    return {
      reason: 'untrusted_certificate',
      retryable: true,
      said: 'its certificate is not trusted',
    }
  if (LATE.test(text)) return { reason: 'timeout', retryable: true, said: 'no answer in time' }
  return { reason: 'unreachable', retryable: true, said: 'the server cannot be reached' }
}

function codeOf(error: Error): string {
  return 'code' in error ? String(error.code) : ''
}

function oneLine(text: string, password: string): string {
  const line = text.replace(/[\p{Cc}\s]+/gu, ' ').trim()
  return (password ? line.replaceAll(password, '…') : line).slice(0, 300)
}
