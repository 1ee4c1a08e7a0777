import type { RequestService } from '#lib/onboarding/request-service.schema.ts'

/** Something a person of the demonstration organisation asks for, and what the others say to it, in order. */
export type Wish = {
  by: string
  request: Omit<RequestService, 'targets' | 'parameters'> & {
    parameters?: RequestService['parameters']
  }
  environments: readonly string[]
  /** At most so many clusters of each environment. */
  clusters: number
  /** Who decides, and what: approval without words unless they stand here. */
  decisions: readonly { by: string; verdict?: 'request_changes'; comment?: string }[]
}

const PAYMENTS = {
  tenant: 'payments',
  costCode: 'CC-40718',
  owningTeam: 'payments-core',
  application: 'Payments',
  template: 'node-http-service',
  size: 'small',
  dataClass: 1,
  tier: 3,
} as const
const LENDING = {
  ...PAYMENTS,
  tenant: 'lending',
  costCode: 'CC-51020',
  owningTeam: 'lending-core',
  application: 'Lending',
} as const

/** What a stranger finds: services in every environment, one change that waits for each approver's eye, one sent back. */
export const WISHES: readonly Wish[] = [
  {
    by: 'ada.okafor',
    request: {
      ...PAYMENTS,
      name: 'ledger-api',
      displayName: 'Ledger API',
      description: 'Balances and postings of the current accounts',
      reason: 'First step of the ledger renewal',
    },
    environments: ['dev'],
    clusters: 2,
    decisions: [],
  },
  {
    by: 'chen.wei',
    request: {
      ...LENDING,
      name: 'rate-board',
      displayName: 'Rate board',
      description: 'Today’s mortgage rates for the branches',
      template: 'static-site',
      reason: 'Branches print the rates by hand today',
    },
    environments: ['dev'],
    clusters: 3,
    decisions: [],
  },
  {
    by: 'ada.okafor',
    request: {
      ...PAYMENTS,
      name: 'sepa-gateway',
      displayName: 'SEPA gateway',
      description: 'Takes credit transfers to the clearing house',
      size: 'medium',
      dataClass: 2,
      tier: 1,
      recovery: { rtoMinutes: 120, rpoMinutes: 15, backup: true },
      dependsOn: ['ledger-api'],
      reason: 'The old gateway loses its support in spring',
    },
    environments: ['prod'],
    clusters: 6,
    decisions: [
      { by: 'ben.carter' },
      { by: 'hugo.meyer', comment: 'Network paths reviewed' },
      { by: 'erik.lund', comment: 'Agreed with the board' },
    ],
  },
  {
    by: 'ben.carter',
    request: {
      ...PAYMENTS,
      name: 'payout-limits',
      displayName: 'Payout limits',
      description: 'Daily limits per customer and channel',
      tier: 2,
      reason: 'Limits move out of the core system',
    },
    environments: ['test', 'prod'],
    clusters: 3,
    decisions: [{ by: 'farah.haddad' }, { by: 'erik.lund' }],
  },
  {
    by: 'chen.wei',
    request: {
      ...LENDING,
      name: 'loan-quotes',
      displayName: 'Loan quotes',
      description: 'Quotes for consumer loans, for web and branches',
      template: 'java-spring-boot',
      size: 'medium',
      reason: 'One quote for every channel',
    },
    environments: ['dev', 'test'],
    clusters: 2,
    decisions: [{ by: 'dana.silva' }],
  },
  {
    by: 'ada.okafor',
    request: {
      ...PAYMENTS,
      name: 'refund-desk',
      displayName: 'Refund desk',
      description: 'The service desk’s page for refunds',
      template: 'static-site',
      reason: 'Asked for by the service desk',
    },
    environments: ['test'],
    clusters: 1,
    decisions: [{ by: 'ben.carter' }],
  },
  {
    by: 'ada.okafor',
    request: {
      ...PAYMENTS,
      name: 'fraud-scores',
      displayName: 'Fraud scores',
      description: 'Scores card payments while they are authorised',
      size: 'large',
      dataClass: 2,
      tier: 1,
      recovery: { rtoMinutes: 60, rpoMinutes: 0, backup: true },
      reason: 'The vendor’s score arrives too late',
    },
    environments: ['prod'],
    clusters: 6,
    decisions: [],
  },
  {
    by: 'dana.silva',
    request: {
      ...LENDING,
      name: 'branch-hours',
      displayName: 'Branch hours',
      description: 'Opening hours of every branch',
      template: 'static-site',
      size: 'medium',
      reason: 'The public page shows last year’s hours',
    },
    environments: ['test'],
    clusters: 1,
    decisions: [
      {
        by: 'farah.haddad',
        verdict: 'request_changes',
        comment: 'Small is enough for a page of opening hours',
      },
    ],
  },
]
