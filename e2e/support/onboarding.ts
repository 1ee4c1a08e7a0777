import { randomBytes } from 'node:crypto'
import { expect, type Page } from '@playwright/test'

/** A service name nobody has used. */
export function freshName(prefix: string): string {
  return `${prefix}-${randomBytes(3).toString('hex')}`
}

type Wish = {
  name: string
  /** Environments to run in; dev alone is pre-authorised. */
  environments?: readonly ('dev' | 'test' | 'prod')[]
}

/** Fills the form of a new service as far as it must be; nothing is submitted. */
export async function fillService(
  page: Page,
  { name, environments = ['dev'] }: Wish,
): Promise<void> {
  await page.goto('/services/new')
  await expect(page.getByText(/\d+ checked/)).toBeVisible()
  const discard = page.getByRole('button', { name: 'Discard' })
  if (await discard.isVisible()) await discard.click()
  await page.getByLabel('Name', { exact: true }).fill(name)
  await page.getByRole('radio', { name: /^Node\.js HTTP service(?!,)/ }).check()
  for (const environment of ['dev', 'test', 'prod'] as const) {
    const box = page.getByRole('checkbox', { name: environment })
    await box.setChecked(environments.includes(environment))
  }
  await expect(page.getByText('Nothing stands in the way')).toBeVisible()
}

/** Submits the filled form and waits for the change's page; answers its number. */
export async function submitService(page: Page): Promise<string> {
  await page.getByRole('button', { name: /Onboard now|Submit for approval/ }).click()
  await page.waitForURL(/\/changes\/\d+/)
  return /\/changes\/(\d+)/.exec(page.url())?.[1] ?? ''
}

/** Decides on a change as a person whose page this is. */
export async function decide(
  page: Page,
  number: string,
  verdict: 'Approve' | 'Reject' | 'Request changes',
  comment = '',
): Promise<void> {
  await page.goto(`/changes/${number}`)
  const bar = page.getByRole('region', { name: 'Decision' })
  await bar.getByRole('button', { name: verdict }).click()
  if (comment) await bar.getByLabel(/Comment/).fill(comment)
  await bar.getByRole('button', { name: new RegExp(`${verdict}, sign`) }).click()
  await expect(bar.getByRole('button', { name: new RegExp(`${verdict}, sign`) })).toBeHidden()
  await expect(bar.getByLabel(/Comment/)).toHaveCount(0)
}

/** Opens a change's first run and waits until Flux reports Ready. */
export async function watchUntilReady(page: Page, number: string): Promise<void> {
  await page.goto(`/changes/${number}/runs/1`)
  await untilReady(page)
}

/** Waits on an open run page, without a reload, until Flux reports Ready. */
export async function untilReady(page: Page): Promise<void> {
  await expect(page.getByText('Done, Flux reports Ready').first()).toBeVisible({ timeout: 60_000 })
}
