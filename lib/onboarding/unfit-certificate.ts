import { X509Certificate } from 'node:crypto'

export type UnfitCertificate =
  | { code: 'certificate_unreadable' }
  | { code: 'certificate_expired'; until: string }

const ONE_PEM = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

/** Why a bundle cannot serve: one of its certificates is none, or all have ended. */
export function unfitCertificate(pem: string): UnfitCertificate | undefined {
  try {
    const ends = (pem.match(ONE_PEM) ?? []).map((one) => new X509Certificate(one).validToDate)
    const last = ends.sort((a, b) => b.getTime() - a.getTime())[0]
    if (!last) return { code: 'certificate_unreadable' }
    return last.getTime() < Date.now()
      ? { code: 'certificate_expired', until: last.toISOString().slice(0, 10) }
      : undefined
  } catch {
    return { code: 'certificate_unreadable' }
  }
}
