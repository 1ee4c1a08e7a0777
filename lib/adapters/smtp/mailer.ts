import { createTransport } from 'nodemailer'
import { AdapterError } from '#lib/adapter-error.ts'
import type { Mailer } from '#lib/ports/mailer.ts'

const TIMEOUT_MS = 10_000

/** Sends through one SMTP server. A 5xx answer is final; everything else may be tried again. */
export function createMailer({ url, from }: { url: string; from: string }): Mailer {
  const transport = createTransport({
    url,
    connectionTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
  })
  return {
    async send(mail) {
      try {
        await transport.sendMail({ ...mail, from })
      } catch (cause) {
        const status = (cause as { responseCode?: number }).responseCode
        const refused = status !== undefined && status >= 500
        const detail = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause)
        throw new AdapterError(
          {
            system: 'smtp',
            operation: 'send mail',
            reason: refused ? 'invalid' : 'unreachable',
            retryable: !refused,
            detail,
            ...(status ? { status } : {}),
          },
          { cause },
        )
      }
    },
  }
}
