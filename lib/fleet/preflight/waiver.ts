/** A wish to live with a failing blocking check for a while, and what became of it. */
export type PreflightWaiver = {
  id: string
  checkId: string
  finding: string
  reason: string
  askedBy: string
  askedById: string
  decidedBy: string | null
  until: string
  state: 'asked' | 'granted' | 'refused' | 'revoked' | 'expired'
}
