import { expect, type Locator } from '@playwright/test'
import { seen } from './support/looks.ts'
import { decide, fillService, freshName, submitService } from './support/onboarding.ts'
import { as, chooseCard } from './support/people.ts'
import { test } from './support/test.ts'

const POLICY = freshName('Second look')

/** What happens while nobody decides the stage. */
async function fillWaiting(stage: Locator): Promise<void> {
  await stage.getByLabel('Reminds after, hours').fill('4, 8')
  await stage.getByLabel('Escalates to').selectOption('group')
  await stage.getByLabel('Group').fill('security-officers')
  await stage.getByLabel('Escalates after, hours').fill('24')
}

/** A stage that follows, by people who sign in anew and say what they looked at. */
async function fillSecond(stage: Locator): Promise<void> {
  await stage.getByLabel('Stage', { exact: true }).fill('Far look')
  await stage.getByLabel('Order').fill('2')
  await stage.getByLabel('Who decides').selectOption('group')
  await stage.getByLabel('Group').fill('change-approvers')
  await stage.getByLabel(/Sign-in no older than/).fill('1')
  await stage.getByLabel('Asks for a comment').check()
}

test('a policy in two orders with a fresh sign-in is written, decided by another administrator, and asked for', async ({
  browser,
}) => {
  test.setTimeout(240_000)
  const erik = await as(browser, 'Erik Lund')
  const signedIn = Date.now()
  const grace = await as(browser, 'Grace Kim')
  await grace.goto('/policies?view=approvals')
  await grace.getByRole('link', { name: 'New policy' }).click()
  await grace.getByLabel('Name', { exact: true }).fill(POLICY)
  await grace.getByRole('checkbox', { name: 'Lending' }).check()
  await grace.getByRole('checkbox', { name: 'test', exact: true }).check()
  const first = grace.getByRole('region', { name: /^Stage 1/ })
  await first.getByLabel('Stage', { exact: true }).fill('Own look')
  await grace.getByRole('button', { name: 'Add a stage' }).click()
  await fillSecond(grace.getByRole('region', { name: /^Stage 2/ }))
  await fillWaiting(first)

  const effect = grace.getByRole('complementary', { name: 'What it would do' })
  await effect.getByLabel('Tenant').selectOption('lending')
  await effect.getByLabel('Environment').selectOption('test')
  await expect(effect.getByText('2 · Far look')).toBeVisible()
  await expect(effect.getByText(/Erik Lund, Farah Haddad/)).toBeVisible()
  await expect(
    effect.getByText('Decided by: Second administrator.', { exact: false }),
  ).toBeVisible()
  await seen(grace, 'policy-editor')
  await grace.getByLabel('Why').fill('Lending wants a second pair of eyes in test')
  await grace.getByRole('button', { name: 'Submit for approval' }).click()
  await grace.waitForURL(/\/changes\/\d+/)
  const edit = /\/changes\/(\d+)/.exec(grace.url())?.[1] ?? ''
  await seen(grace, 'policy-change')

  const hugo = await as(browser, 'Hugo Meyer')
  await decide(hugo, edit, 'Approve')
  await expect(async () => {
    await grace.goto('/policies?view=approvals')
    await expect(grace.getByRole('link', { name: POLICY })).toHaveCount(2, { timeout: 1000 })
  }).toPass({ timeout: 60_000 })
  await expect(grace.getByText('reminds after 4, 8 h').first()).toBeVisible()
  await expect(grace.getByText('after 24 h also security-officers').first()).toBeVisible()
  await seen(grace, 'policy-list')

  const chen = await as(browser, 'Chen Wei')
  await fillService(chen, { name: freshName('looked-at'), environments: ['test'] })
  const number = await submitService(chen)
  await erik.goto(`/changes/${number}`)
  await expect(erik.getByText('Far look opens when', { exact: false })).toBeVisible()
  await expect(erik.getByText(/^Reminds/)).toBeVisible()
  await expect(erik.getByText(/^Escalates/)).toBeVisible()
  const dana = await as(browser, 'Dana Silva')
  await decide(dana, number, 'Approve')
  const farah = await as(browser, 'Farah Haddad')
  await decide(farah, number, 'Approve')

  await expect(async () => {
    expect(Date.now() - signedIn).toBeGreaterThan(61_000)
    await erik.goto(`/changes/${number}`)
    await expect(erik.getByRole('button', { name: 'Sign in again to approve' })).toBeVisible({
      timeout: 2000,
    })
  }).toPass({ timeout: 90_000 })
  await seen(erik, 'policy-step-up')
  await erik.getByRole('button', { name: 'Sign in again to approve' }).click()
  await chooseCard(erik, 'Erik Lund')
  await erik.waitForURL(`**/changes/${number}`)
  await decide(erik, number, 'Approve', 'Looked at the plan')
  await expect(erik.getByText(/Approved|Scheduled|Executing|Running/).first()).toBeVisible()
})

test('the entitlement policy is edited with the last requests asked again, and decided by another administrator', async ({
  browser,
}) => {
  test.setTimeout(120_000)
  const ada = await as(browser, 'Ada Okafor')
  await fillService(ada, { name: freshName('replayed'), environments: ['test'] })
  await submitService(ada)
  const grace = await as(browser, 'Grace Kim')
  await grace.goto('/policies')
  await grace.getByRole('link', { name: 'Edit the text' }).click()
  const text = grace.getByLabel('Policy set, Cedar')
  const inForce = await text.inputValue()
  const effect = grace.getByRole('complementary', { name: 'What it would do' })
  await text.fill(
    `${inForce}\n\n@id("later")\nforbid (principal, action, resource) when { context.enviroment == "x" };`,
  )
  await expect(effect.getByText(/not found|No such|attribute/).first()).toBeVisible({
    timeout: 20_000,
  })
  const rule = `@id("tier_of_test")\n@title("Nothing restricted in test")\n@severity("advisory")\n@remedy("Choose production.")\n@who("the platform team")\nforbid (principal, action == Action::"place", resource)\nwhen { context.environment == "test" };`
  await text.fill(`${inForce}\n\n${rule}`)
  await expect(effect.getByText(/would have been answered otherwise/)).toBeVisible({
    timeout: 20_000,
  })
  await expect(effect.getByText(/Nothing restricted in test/).first()).toBeVisible()
  await seen(grace, 'entitlement-editor')
  await grace.getByLabel('Why').fill('A warning for what goes to test')
  await grace.getByRole('button', { name: 'Submit for approval' }).click()
  await grace.waitForURL(/\/changes\/\d+/)
  const edit = /\/changes\/(\d+)/.exec(grace.url())?.[1] ?? ''
  await seen(grace, 'entitlement-change')
  const hugo = await as(browser, 'Hugo Meyer')
  await decide(hugo, edit, 'Reject', 'Not before the audit is over')
  await expect(hugo.getByText('Rejected').first()).toBeVisible()
})
