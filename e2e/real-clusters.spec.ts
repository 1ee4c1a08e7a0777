import { expect, type Page } from '@playwright/test'
import { decide, fillService, freshName, submitService, untilReady } from './support/onboarding.ts'
import { as } from './support/people.ts'
import { commitFile } from './support/push.ts'
import { type RealCluster, realCluster } from './support/real-clusters.ts'
import { test } from './support/test.ts'

const NUMBERS = [61, 62, 63]
const KUSTOMIZATION = 'deploy/base/kustomization.yaml'
const BREAK = '\nnot: [kustomize\n'
const READY = '.status.conditions[?(@.type=="Ready")].status'
const REASON = '.status.conditions[?(@.type=="Ready")].reason'
const APPLIED = '.status.lastAppliedRevision'

test.skip(!process.env.E2E_REAL_CLUSTERS, 'npm run test:journey starts real clusters for it')

let clusters: RealCluster[] = []
test.afterAll(() => {
  for (const cluster of clusters) cluster.end()
})

type Journey = { ada: Page; ben: Page; grace: Page; name: string; namespace: string }

test('three real clusters: onboarded, broken, mended, drifted, wiped and back, offboarded without a trace', async ({
  browser,
}) => {
  test.setTimeout(900_000)
  clusters = NUMBERS.map(realCluster)
  const [ada, ben, grace] = await Promise.all([
    as(browser, 'Ada Okafor'),
    as(browser, 'Ben Carter'),
    as(browser, 'Grace Kim'),
  ])
  const name = freshName('real')
  const journey = { ada, ben, grace, name, namespace: `pay-${name}-dev` }
  for (const cluster of clusters) await register(grace, cluster)
  const before = clusters.map((cluster) => cluster.everything())
  await onboard(journey)
  await breakAndMend(journey)
  await drift(journey)
  await wipe(journey)
  await offboard(journey)
  for (const [place, cluster] of clusters.entries())
    expect(cluster.everything()).toEqual(before[place])
  for (const page of [ada, ben, grace]) await page.context().close()
})

async function onboard({ ada, ben, name, namespace }: Journey): Promise<void> {
  await fillService(ada, { name })
  await chooseOnly(ada, clusters)
  const number = await submitService(ada)
  if (await ada.getByText('Awaiting approval').first().isVisible())
    await decide(ben, number, 'Approve')
  await ada.goto(`/changes/${number}/runs/1`)
  await untilReady(ada)
  for (const cluster of clusters) expect(fluxOf(cluster, { name, namespace }, READY)).toBe('True')
  await ada.goto(`/services/payments/${name}`)
  await shows(ada, '3 of 3 Ready')
  await picture(ada, 'ready')
}

/** A commit that Flux cannot build, and one that takes it back; each is asked for at once. */
async function breakAndMend({ ada, name, namespace }: Journey): Promise<void> {
  await commitFile(name, KUSTOMIZATION, (text) => `${text}${BREAK}`)
  await ada.getByRole('button', { name: 'Reconcile', exact: true }).click()
  const first = theFirst()
  await expect
    .poll(() => fluxOf(first, { name, namespace }, REASON), { timeout: 60_000 })
    .toBe('BuildFailed')
  const knew = Date.now()
  await expect(async () => {
    await ada.reload()
    await expect(ada.getByText(/kustomize build failed/).first()).toBeVisible({ timeout: 1000 })
  }).toPass({ timeout: 60_000, intervals: [200] })
  const seconds = (Date.now() - knew) / 1000
  test.info().annotations.push({ type: 'from Flux to the page', description: `${seconds} s` })
  expect(seconds).toBeLessThan(10)
  await picture(ada, 'broken')
  const mended = await commitFile(name, KUSTOMIZATION, (text) => text.replace(BREAK, ''))
  await ada.getByRole('button', { name: 'Reconcile', exact: true }).click()
  for (const cluster of clusters)
    await expect
      .poll(() => fluxOf(cluster, { name, namespace }, APPLIED), { timeout: 60_000 })
      .toContain(mended)
  await shows(ada, '3 of 3 Ready')
}

async function drift({ ada, grace, namespace }: Journey): Promise<void> {
  const first = theFirst()
  const quota = ['-n', namespace, 'resourcequota', 'tenant-quota']
  first.kubectl('patch', ...quota, '--type=merge', '-p', '{"spec":{"hard":{"pods":"77"}}}')
  await grace.goto(`/fleet/clusters/${first.name}`)
  await expect(async () => {
    await grace.getByRole('button', { name: 'Look now' }).click()
    expect(first.kubectl('get', ...quota, '-o', 'jsonpath={.spec.hard.pods}')).not.toBe('77')
  }).toPass({ timeout: 90_000, intervals: [3000] })
  await ada.reload()
  await picture(ada, 'repaired')
}

async function wipe({ ada, grace, name, namespace }: Journey): Promise<void> {
  const first = theFirst()
  await replaceToken(grace, first, first.begin())
  await expect
    .poll(() => isReady(() => fluxOf(first, { name, namespace }, READY)), {
      timeout: 180_000,
      intervals: [2000],
    })
    .toBe(true)
  await grace.reload()
  await picture(grace, 'rebuilt')
  await ada.goto(`/services/payments/${name}`)
  await shows(ada, '3 of 3 Ready')
}

async function offboard({ ada, ben, name }: Journey): Promise<void> {
  await ada.getByRole('link', { name: 'Offboard…' }).click()
  await ada.getByLabel('Why').fill('the journey is over')
  await ada.getByLabel(`Type ${name} to confirm`).fill(name)
  await ada.getByRole('button', { name: 'Submit for approval' }).click()
  await ada.waitForURL(/\/changes\/\d+$/)
  const number = /\/changes\/(\d+)/.exec(ada.url())?.[1] ?? ''
  await decide(ben, number, 'Approve')
  await ada.goto(`/changes/${number}/runs/1`)
  const done = ada.getByText('Done, the service is offboarded').first()
  await expect(done).toBeVisible({ timeout: 180_000 })
  await picture(ada, 'offboarded')
}

function theFirst(): RealCluster {
  const [first] = clusters
  if (!first) throw new Error('no cluster')
  return first
}

function fluxOf(cluster: RealCluster, at: { name: string; namespace: string }, field: string) {
  return cluster.kubectl(
    ...['-n', at.namespace, 'get', 'kustomization', at.name],
    ...['-o', `jsonpath={${field}}`],
  )
}

/** By its kubeconfig, through the form; then the tenant is admitted to it. */
async function register(grace: Page, cluster: RealCluster): Promise<void> {
  const kubeconfig = cluster.begin()
  await grace.goto('/fleet/clusters/new')
  await grace.getByLabel('Name', { exact: true }).fill(cluster.name)
  await grace.getByRole('radio', { name: 'A kubeconfig' }).check()
  await grace.locator('#cluster-kubeconfig').fill(kubeconfig)
  await grace.getByLabel('Region').fill('real')
  await grace.getByLabel('Zone').fill('a')
  await grace.getByRole('checkbox', { name: 'dev', exact: true }).check()
  await grace.getByRole('button', { name: 'Register and look at it' }).click()
  await grace.waitForURL(`**/fleet/clusters/${cluster.name}`)
  await expect(async () => {
    await grace.reload()
    await expect(
      grace
        .getByText(/v1\.36/)
        .filter({ visible: true })
        .first(),
    ).toBeVisible({ timeout: 1000 })
  }).toPass({ timeout: 60_000 })
  await grace.goto('/tenants/payments')
  await grace.getByRole('button', { name: 'Admit to a cluster…' }).click()
  await grace.getByLabel('Cluster and environment').selectOption({ label: `${cluster.name}, dev` })
  await grace.getByLabel('Why').fill('a journey on real clusters')
  await grace.getByRole('button', { name: 'Admit', exact: true }).click()
  await expect(grace.getByRole('dialog')).toBeHidden()
}

async function chooseOnly(ada: Page, chosen: readonly RealCluster[]): Promise<void> {
  await ada.getByRole('button', { name: 'Choose clusters of dev' }).click()
  const names = chosen.map(({ name }) => name)
  const boxes = ada.locator('fieldset fieldset').getByRole('checkbox')
  for (const name of names) await ada.getByRole('checkbox', { name }).check()
  for (const box of await boxes.all()) {
    const label = (await box.locator('xpath=..').textContent()) ?? ''
    if (!names.some((name) => label.includes(name))) await box.uncheck()
  }
  await expect(ada.getByText('Nothing stands in the way')).toBeVisible()
}

async function replaceToken(grace: Page, cluster: RealCluster, kubeconfig: string): Promise<void> {
  await grace.goto(`/fleet/clusters/${cluster.name}`)
  await grace.getByRole('button', { name: 'Replace the token…' }).click()
  await grace.getByLabel('Or a kubeconfig with both').fill(kubeconfig)
  await grace.getByRole('button', { name: 'Replace and look' }).click()
  await expect(grace.getByRole('dialog')).toBeHidden()
}

async function shows(page: Page, text: string): Promise<void> {
  await expect(async () => {
    await page.reload()
    await expect(page.getByText(text)).toBeVisible({ timeout: 1000 })
  }).toPass({ timeout: 90_000 })
}

/** Before it is primed again there is nothing to ask. */
function isReady(ask: () => string): boolean {
  try {
    return ask() === 'True'
  } catch {
    return false
  }
}

async function picture(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: `test-results/real-${name}.png`, fullPage: true })
}
