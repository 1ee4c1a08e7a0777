import { expect, test } from 'vitest'
import { filledRequest, titleOf } from './filled-request.ts'
import type { FormOptions } from './options.ts'

const cluster = (name: string, region: string, environments: string[], state = 'active') => ({
  name,
  region,
  state,
  accreditedClass: 2,
  environments,
})

const options: FormOptions = {
  tenants: [
    {
      slug: 'payments',
      name: 'Payments',
      prefix: 'pay',
      gitOrg: 'payments',
      maxDataClass: 2,
      environments: ['dev', 'prod'],
      clusters: [
        cluster('dev-1', 'eu', ['dev']),
        cluster('dev-2', 'eu', ['dev']),
        cluster('dev-3', 'us', ['dev']),
        cluster('dev-4', 'asia', ['dev'], 'draining'),
      ],
      costCodes: [
        { code: 'CC-1', name: 'Old', chargeable: false, uses: 9 },
        { code: 'CC-2', name: 'Rare', chargeable: true, uses: 1 },
        { code: 'CC-3', name: 'Usual', chargeable: true, uses: 4 },
      ],
      applications: [],
    },
  ],
  templates: [
    {
      name: 'node',
      version: 1,
      title: 'Node',
      description: '',
      language: 'typescript',
      parameterSchema: {
        properties: { greeting: { type: 'string', default: 'Hello' }, level: { type: 'integer' } },
      },
    },
  ],
  teams: [
    { name: 'payments-developers', members: 5, rights: true },
    { name: 'payments-core', members: 3, rights: false },
  ],
  environments: [
    { name: 'dev', production: false },
    { name: 'prod', production: true },
  ],
}

test('what is known is filled in: usual cost code, a team that looks after things, one cluster of each region', () => {
  const request = filledRequest({ name: 'sepa-gateway', template: 'node' }, options)
  expect(request).toMatchObject({
    tenant: 'payments',
    displayName: 'Sepa gateway',
    application: 'Sepa gateway',
    costCode: 'CC-3',
    owningTeam: 'payments-core',
    dataClass: 1,
    parameters: { greeting: 'Hello' },
    targets: [
      { environment: 'dev', cluster: 'dev-1' },
      { environment: 'dev', cluster: 'dev-3' },
    ],
  })
})

test('what the person said stands, whatever would be usual', () => {
  const request = filledRequest(
    {
      name: 'x',
      displayName: 'Mine',
      costCode: 'CC-2',
      targets: [],
      template: 'node',
      parameters: { greeting: 'Hi', gone: 1 },
    },
    options,
  )
  expect(request).toMatchObject({
    displayName: 'Mine',
    costCode: 'CC-2',
    targets: [],
    parameters: { greeting: 'Hi' },
  })
  expect(request.parameters).not.toHaveProperty('gone')
})

test('a name reads as a title', () => {
  expect(titleOf('sepa-instant-gateway')).toBe('Sepa instant gateway')
  expect(titleOf('')).toBe('')
})
