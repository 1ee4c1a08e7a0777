import { expect } from '@playwright/test'
import { asOwner } from './support/database.ts'
import { as } from './support/people.ts'
import { test } from './support/test.ts'

const CHECK = {
  id: 'remote_bases',
  outcome: 'fail',
  blocking: true,
  evidence: 'kustomize-controller runs without --no-remote-bases=true',
  risk: 'A tenant can build from any address on the network, past every review.',
  remedy: 'add the flag',
}

/** As a look at a cluster would have found it. */
async function findOn(cluster: string, checks: readonly object[]): Promise<void> {
  await asOwner(
    `insert into cluster_preflight (cluster_id, checks) select id, $2::jsonb from cluster where name = $1
     on conflict (cluster_id) do update set checks = excluded.checks, checked_at = clock_timestamp()`,
    [cluster, JSON.stringify(checks)],
  )
}

test('a failing preflight keeps tenants away until a second person waives it', async ({
  browser,
}) => {
  const grace = await as(browser, 'Grace Kim')
  await grace.goto('/fleet/clusters/dev-eu-3')
  await expect(grace.getByText(/checks passed/)).toBeVisible({ timeout: 60_000 })
  await findOn('dev-eu-3', [CHECK])
  await grace.reload()
  await expect(grace.getByText('fails its preflight: takes no tenant')).toBeVisible()
  await grace.getByRole('button', { name: 'Ask for a waiver…' }).click()
  await grace.getByLabel('Why').fill('The flag comes with Sunday’s window')
  await grace.getByRole('button', { name: 'Ask', exact: true }).click()
  await expect(grace.getByText(/Grace Kim asks to waive it; a second person decides/)).toBeVisible()
  await expect(grace.getByRole('button', { name: 'Grant' })).toHaveCount(0)

  const erik = await as(browser, 'Erik Lund')
  await erik.goto('/fleet/clusters/dev-eu-3')
  await erik.getByRole('button', { name: 'Grant' }).click()
  await expect(erik.getByText(/Waived by Erik Lund, asked by Grace Kim/)).toBeVisible()
  await expect(erik.getByText('fails its preflight: takes no tenant')).toHaveCount(0)
  await erik.screenshot({ path: 'test-results/waived.png', fullPage: true })
  await findOn('dev-eu-3', [])
  await grace.context().close()
  await erik.context().close()
})
