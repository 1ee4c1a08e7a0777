import { expect } from '@playwright/test'
import { seen } from './support/looks.ts'
import { decide, freshName, submitService, untilReady } from './support/onboarding.ts'
import { as } from './support/people.ts'
import { byKubectl } from './support/sandbox.ts'
import { test } from './support/test.ts'

const CLUSTER = 'dev-eu-1'

/** A namespace with a ConfigMap of kubectl's and a quota under our name. */
async function brownfield(namespace: string): Promise<void> {
  const at = `/api/v1/namespaces/${namespace}`
  const object = (kind: string, name: string, fields: object = {}) => ({
    apiVersion: 'v1',
    kind,
    metadata: { name, ...(kind === 'Namespace' ? {} : { namespace }) },
    ...fields,
  })
  const made = (path: string, body: object) =>
    byKubectl(CLUSTER, { path, body, manager: 'kubectl-create', applies: true })
  await made(at, object('Namespace', namespace))
  await made(`${at}/configmaps/notes`, object('ConfigMap', 'notes', { data: { hello: 'there' } }))
  await made(
    `${at}/resourcequotas/tenant-quota`,
    object('ResourceQuota', 'tenant-quota', { spec: { hard: { pods: '40' } } }),
  )
}

test('a namespace that stands is adopted: surveyed in the form, approved field by field, handed over by an administrator, Ready', async ({
  browser,
}) => {
  test.setTimeout(240_000)
  const [ada, farah] = await Promise.all([as(browser, 'Ada Okafor'), as(browser, 'Farah Haddad')])
  const namespace = freshName('ledger-live')
  const name = freshName('adopt')
  await brownfield(namespace)
  await ada.goto('/services/new')
  await expect(ada.getByText(/\d+ checked/)).toBeVisible()
  const discard = ada.getByRole('button', { name: 'Discard' })
  if (await discard.isVisible()) await discard.click()
  await ada.getByLabel('Name', { exact: true }).fill(name)
  await ada.getByRole('radio', { name: /^Node\.js HTTP service(?!,)/ }).check()
  for (const environment of ['dev', 'test', 'prod'])
    await ada.getByRole('checkbox', { name: environment }).setChecked(environment === 'dev')
  await ada.getByText('It already runs there, in a namespace of our own').click()
  await ada.getByLabel(`Namespace on ${CLUSTER} for dev`).fill(namespace)
  const adopted = ada.getByRole('region', { name: 'Adopted namespaces' })
  await expect(adopted.getByText('1 field taken over')).toBeVisible({ timeout: 30_000 })
  await expect(adopted.getByText('kubectl-create: "40" → "10"')).toBeVisible()
  await expect(ada.getByText('Nothing stands in the way')).toBeVisible()
  await seen(ada, 'adopt-form')
  const number = await submitService(ada)
  await farah.goto(`/changes/${number}`)
  await expect(farah.getByText(`kubectl label namespace ${namespace}`)).toBeVisible()
  await expect(farah.getByText('The two labels are not there yet')).toBeVisible()
  await seen(farah, 'adopt-plan')
  await decide(farah, number, 'Approve')
  await ada.goto(`/changes/${number}/runs/1`)
  await expect(ada.getByText(/hands it over/).first()).toBeVisible({ timeout: 60_000 })
  const labels = { 'toolkit.fluxcd.io/role': 'tenant', 'app.kubernetes.io/managed-by': 'stairway' }
  await byKubectl(CLUSTER, {
    path: `/api/v1/namespaces/${namespace}`,
    body: { metadata: { labels } },
    manager: 'kubectl-label',
    applies: false,
  })
  await untilReady(ada)
  await ada.goto(`/services/payments/${name}`)
  await expect(ada.getByText('adopted', { exact: true })).toBeVisible()
  await seen(ada, 'adopt-service')
  await ada.context().close()
  await farah.context().close()
})
