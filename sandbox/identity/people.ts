export type Person = {
  user: string
  name: string
  title: string
  team: string
  tryThis: string
  active: boolean
}

/** The people of the demonstration organisation. */
export const PEOPLE: readonly Person[] = [
  {
    user: 'ada.okafor',
    name: 'Ada Okafor',
    title: 'Developer',
    team: 'Payments',
    tryThis: 'Onboard a service and watch it go Ready',
    active: true,
  },
  {
    user: 'ben.carter',
    name: 'Ben Carter',
    title: 'Developer and owner',
    team: 'Payments',
    tryThis: 'Sign off what Ada asks for',
    active: true,
  },
  {
    user: 'chen.wei',
    name: 'Chen Wei',
    title: 'Developer',
    team: 'Lending',
    tryThis: 'See that Payments is out of sight',
    active: true,
  },
  {
    user: 'dana.silva',
    name: 'Dana Silva',
    title: 'Developer and owner',
    team: 'Lending',
    tryThis: 'Approve for Lending',
    active: true,
  },
  {
    user: 'erik.lund',
    name: 'Erik Lund',
    title: 'Change approver',
    team: 'Change control',
    tryThis: 'Decide on production in under a minute',
    active: true,
  },
  {
    user: 'farah.haddad',
    name: 'Farah Haddad',
    title: 'Change approver and owner',
    team: 'Change control',
    tryThis: 'Approve by keyboard: J, K, A, R',
    active: true,
  },
  {
    user: 'grace.kim',
    name: 'Grace Kim',
    title: 'Platform admin',
    team: 'Platform',
    tryThis: 'Look after the fleet and the tenants',
    active: true,
  },
  {
    user: 'hugo.meyer',
    name: 'Hugo Meyer',
    title: 'Security officer',
    team: 'Security',
    tryThis: 'Review a confidential service',
    active: true,
  },
  {
    user: 'iris.novak',
    name: 'Iris Novak',
    title: 'Auditor',
    team: 'Audit',
    tryThis: 'Verify the audit chain',
    active: true,
  },
  {
    user: 'jon.park',
    name: 'Jon Park',
    title: 'Left in October',
    team: 'Payments',
    tryThis: 'Find the door closed',
    active: false,
  },
]

/** Groups by name, with their members by user. */
export const GROUPS: Readonly<Record<string, readonly string[]>> = {
  'payments-developers': ['ada.okafor', 'ben.carter', 'jon.park'],
  'payments-owners': ['ben.carter', 'farah.haddad'],
  'payments-core': ['ada.okafor', 'ben.carter'],
  'lending-developers': ['chen.wei', 'dana.silva'],
  'lending-owners': ['dana.silva', 'farah.haddad'],
  'lending-core': ['chen.wei', 'dana.silva'],
  'change-approvers': ['erik.lund', 'farah.haddad'],
  'security-officers': ['hugo.meyer', 'erik.lund'],
  'on-call': ['ben.carter', 'farah.haddad'],
  'platform-admins': ['grace.kim', 'hugo.meyer'],
  auditors: ['iris.novak'],
}

/** Their address. */
export function emailOf(user: string): string {
  return `${user}@bank.example`
}
