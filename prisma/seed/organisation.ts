/** Facts of the demonstration organisation: tenants, groups, cost codes, approvers. People are pushed by the directory. */
export const TENANTS = [
  {
    slug: 'payments',
    name: 'Payments',
    prefix: 'pay',
    environments: ['dev', 'test', 'prod'],
    maxDataClass: 3,
    maxServices: 500,
  },
  {
    slug: 'lending',
    name: 'Lending',
    prefix: 'len',
    environments: ['dev', 'test', 'prod'],
    maxDataClass: 2,
    maxServices: 200,
  },
] as const

/** Groups mapped before they are pushed, with the roles they give: tenant slug or `platform`. */
export const GROUP_ROLES: readonly {
  group: string
  grants: readonly { tenant: string; role: string }[]
}[] = [
  { group: 'payments-developers', grants: [{ tenant: 'payments', role: 'developer' }] },
  { group: 'payments-owners', grants: [{ tenant: 'payments', role: 'owner' }] },
  { group: 'payments-core', grants: [] },
  { group: 'lending-developers', grants: [{ tenant: 'lending', role: 'developer' }] },
  { group: 'lending-owners', grants: [{ tenant: 'lending', role: 'owner' }] },
  { group: 'lending-core', grants: [] },
  { group: 'change-approvers', grants: [{ tenant: 'platform', role: 'approver' }] },
  { group: 'security-officers', grants: [{ tenant: 'platform', role: 'approver' }] },
  { group: 'on-call', grants: [] },
  { group: 'platform-admins', grants: [{ tenant: 'platform', role: 'admin' }] },
  { group: 'auditors', grants: [{ tenant: 'platform', role: 'auditor' }] },
]

export const COST_CODES = [
  { code: 'CC-40718', tenant: 'payments', name: 'Payments run', chargeable: true, validTo: null },
  {
    code: 'CC-40719',
    tenant: 'payments',
    name: 'Payments change',
    chargeable: true,
    validTo: null,
  },
  {
    code: 'CC-40001',
    tenant: 'payments',
    name: 'Payments 2025',
    chargeable: true,
    validTo: '2026-01-01',
  },
  { code: 'CC-51020', tenant: 'lending', name: 'Lending run', chargeable: true, validTo: null },
  {
    code: 'CC-51099',
    tenant: 'lending',
    name: 'Lending overhead',
    chargeable: false,
    validTo: null,
  },
] as const

/** Millicores, MiB and instances per environment and tenant. */
export const QUOTA = {
  dev: [200_000, 400_000, 200],
  test: [200_000, 400_000, 200],
  prod: [1_000_000, 2_000_000, 600],
} as const

/** Who signs off what is not routine; every stage has at least two eligible people. */
export const APPROVERS = {
  production: ['prod'],
  changeApprovers: 'change-approvers',
  securityOfficers: 'security-officers',
  onCall: 'on-call',
}
