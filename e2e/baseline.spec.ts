import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { expect, type Page } from '@playwright/test'
import { parseAllDocuments } from 'yaml'
import { byHand } from '#lib/testing/hand.ts'
import { findings } from './support/axe.ts'
import { decide } from './support/onboarding.ts'
import { as } from './support/people.ts'
import { reach } from './support/sandbox.ts'
import { test } from './support/test.ts'

const CLUSTER = 'test-eu-3'
const ADMISSION = '/apis/admissionregistration.k8s.io/v1'
const PATHS: Readonly<Record<string, string>> = {
  ClusterRole: '/apis/rbac.authorization.k8s.io/v1/clusterroles',
  ValidatingAdmissionPolicy: `${ADMISSION}/validatingadmissionpolicies`,
  ValidatingAdmissionPolicyBinding: `${ADMISSION}/validatingadmissionpolicybindings`,
}

type Applied = { kind: string; metadata: { name: string } }
const pathOf = ({ kind, metadata }: Applied) => `${PATHS[kind]}/${metadata.name}`

/** No finding of axe, nothing that scrolls sideways on a phone, and pictures of both, light and dark. */
async function looksWell(page: Page, name: string): Promise<void> {
  expect(await findings(page)).toEqual([])
  await page.screenshot({ path: `test-results/${name}.png`, fullPage: true })
  await page.emulateMedia({ colorScheme: 'dark' })
  await page.screenshot({ path: `test-results/${name}-dark.png`, fullPage: true })
  await page.emulateMedia({ colorScheme: 'light' })
  await page.setViewportSize({ width: 360, height: 780 })
  const scrolls = () => document.documentElement.scrollWidth > document.documentElement.clientWidth
  expect(await page.evaluate(scrolls)).toBe(false)
  await page.screenshot({ path: `test-results/${name}-phone.png`, fullPage: true })
  await page.setViewportSize({ width: 1440, height: 900 })
}

/** Somebody took a policy's binding away, and let another policy say less. */
async function tamper(): Promise<void> {
  const cluster = await reach(CLUSTER)
  const binding = `${PATHS.ValidatingAdmissionPolicyBinding}/flux-tenant-sources`
  // a second try finds it gone already
  await byHand(cluster, { method: 'DELETE', path: binding }).catch((error: Error) => {
    if (!error.message.includes('"code":404')) throw error
  })
  const body = { spec: { failurePolicy: 'Ignore' } }
  const policy = `${PATHS.ValidatingAdmissionPolicy}/flux-tenant-appliers`
  await byHand(cluster, { path: policy, body })
}

/** An administrator applies a file as it was downloaded. */
async function apply(text: string): Promise<void> {
  const cluster = await reach(CLUSTER)
  for (const document of parseAllDocuments(text)) {
    const body = document.toJS() as Applied
    await byHand(cluster, { path: pathOf(body), body, manager: 'kubectl', applies: true })
  }
}

test('a baseline that was tampered with is asked for, approved, applied by an administrator, and verified', async ({
  browser,
}) => {
  test.setTimeout(180_000)
  const grace = await as(browser, 'Grace Kim')
  await tamper()
  await grace.goto(`/fleet/clusters/${CLUSTER}`)
  await expect(async () => {
    await grace.getByRole('button', { name: 'Look now' }).click()
    const baseline = grace.getByRole('region', { name: 'Baseline' })
    await expect(baseline.getByText(/Differs from ours/)).toBeVisible({ timeout: 8000 })
  }).toPass({ timeout: 60_000 })
  await looksWell(grace, 'baseline-cluster')
  await grace.getByRole('link', { name: 'Ask for the baseline as a change' }).first().click()
  await expect(grace.getByText('1 new, 1 altered, 0 no longer wanted, 7 unchanged')).toBeVisible()
  await looksWell(grace, 'baseline-ask')
  await grace.getByLabel('Why').fill('Somebody took a guard away')
  await grace.getByRole('button', { name: 'Submit for approval' }).click()
  await grace.waitForURL(/\/changes\/\d+/)
  const number = /\/changes\/(\d+)/.exec(grace.url())?.[1] ?? ''
  await expect(grace.getByText(/Every tenant on/)).toBeVisible()

  const erik = await as(browser, 'Erik Lund')
  await erik.goto(`/changes/${number}`)
  await looksWell(erik, 'baseline-change')
  await decide(erik, number, 'Approve')
  await erik.context().close()

  await grace.goto(`/changes/${number}/runs/1`)
  const objects = grace.getByRole('list', { name: 'Objects' })
  await expect(objects.getByText('Missing')).toBeVisible({ timeout: 60_000 })
  await expect(objects.getByText('Differs')).toBeVisible()
  await expect(grace.getByText('Waiting for an administrator', { exact: true })).toBeVisible()
  await looksWell(grace, 'baseline-run')
  const downloading = grace.waitForEvent('download')
  await grace.getByRole('link', { name: /Download cluster-baseline/ }).click()
  const text = readFileSync(await (await downloading).path(), 'utf8')
  const hash = createHash('sha256').update(text).digest('hex')
  await expect(grace.getByText(`SHA-256 ${hash}`)).toBeVisible()
  await apply(text)
  await grace.getByRole('button', { name: 'Look now' }).click()
  await expect(grace.getByText('Done, the baseline is in force')).toBeVisible({ timeout: 60_000 })
  await expect(objects.getByText('As approved')).toHaveCount(9)
  await grace.screenshot({ path: 'test-results/baseline-done.png', fullPage: true })

  await grace.goto(`/fleet/clusters/${CLUSTER}`)
  const baseline = grace.getByRole('region', { name: 'Baseline' })
  await expect(baseline.getByText(/As ours, version/)).toBeVisible()
  await expect(baseline.getByText(/asked by Grace Kim, approved by Erik Lund/)).toBeVisible()
  await looksWell(grace, 'baseline-verified')
  await grace.context().close()
})
