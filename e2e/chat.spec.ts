import { expect, type Page } from '@playwright/test'
import { seen } from './support/looks.ts'
import { decide, fillService, freshName, submitService } from './support/onboarding.ts'
import { as } from './support/people.ts'
import { chatFaults, chatMessages, chatPage, chatWebhooks } from './support/sandbox.ts'
import { test } from './support/test.ts'

const PAGE = '/tenants/payments/chat'

async function save(grace: Page, why: string): Promise<void> {
  await grace.getByLabel('Why').fill(why)
  await grace.getByRole('button', { name: 'Save' }).click()
  await expect(grace.getByText('Saved.')).toBeVisible()
}

/** A channel that a failed journey left on would be told of every later one. */
test.afterAll(async ({ browser }) => {
  await chatFaults()
  const grace = await as(browser, 'Grace Kim')
  await grace.goto(PAGE)
  if (await grace.getByRole('heading', { name: 'Change it' }).isVisible()) {
    await grace.getByRole('radio', { name: /^Off/ }).check()
    await save(grace, 'The journey that set it is over')
  }
  await grace.context().close()
})

/** Sets the channel, past an address that the worker may not call, and tries it. */
async function setChannel(grace: Page): Promise<void> {
  await grace.goto('/tenants/payments')
  await grace.getByRole('link', { name: 'Set up and test' }).click()
  await expect(grace.getByRole('heading', { name: 'Chat channel' })).toBeVisible()
  await grace.getByRole('radio', { name: /^On/ }).check()
  await grace.getByRole('radio', { name: 'Slack' }).check()
  await grace.getByLabel('Address of the webhook').fill('https://hooks.slack.example/services/x')
  await grace.getByLabel('Why').fill('The desk reads it there')
  await grace.getByRole('button', { name: 'Save' }).click()
  await expect(grace.getByText('The worker may not call https://hooks.slack.example')).toBeVisible()
  await seen(grace, 'chat-form')
  await grace.getByLabel('Address of the webhook').fill(chatWebhooks().slack)
  await grace.getByRole('checkbox', { name: 'How changes end' }).check()
  await save(grace, 'The desk reads it there')
  await grace.getByRole('button', { name: 'Send a test message' }).click()
  await expect(grace.getByText('It works: the channel took the message')).toBeVisible({
    timeout: 30_000,
  })
  const shown = await grace.content()
  expect(shown).not.toContain(new URL(chatWebhooks().slack).pathname)
}

test('an approval that is asked for arrives in the channel; its link opens the page, which asks who is there and then for the decision', async ({
  browser,
}) => {
  test.setTimeout(240_000)
  const grace = await as(browser, 'Grace Kim')
  await setChannel(grace)

  const ada = await as(browser, 'Ada Okafor')
  const name = freshName('chatted')
  await fillService(ada, { name, environments: ['test'] })
  const number = await submitService(ada)
  const told = async (words: string) =>
    (await chatMessages()).find(
      ({ lines: [headline = ''] }) => headline.includes(words) && headline.includes(name),
    )
  await expect.poll(() => told('waits for approval'), { timeout: 30_000 }).toBeTruthy()
  const link = (await told('waits for approval'))?.link ?? ''
  expect(new URL(link).pathname).toBe(`/changes/${number}`)
  expect(new URL(link).search).toBe('')

  const channel = await (await browser.newContext()).newPage()
  await channel.goto(chatPage())
  await seen(channel, 'chat-arrived')
  // whoever has the link and nothing else is asked who they are, and nothing is decided by opening it
  const article = channel.getByRole('article').filter({ hasText: `CHG-${number} waits` })
  await article.getByRole('link', { name: 'Open it in Stairway' }).click()
  await channel.waitForURL(/\/sign-in/)
  await expect(channel.getByRole('button', { name: 'Sign in' })).toBeVisible()
  await channel.getByRole('button', { name: 'Sign in' }).click()
  await channel.getByRole('button', { name: 'Farah Haddad' }).click()
  await channel.waitForURL(`**/changes/${number}`)
  const decision = channel.getByRole('region', { name: 'Decision' })
  await expect(decision.getByRole('button', { name: 'Approve' })).toBeVisible()
  await seen(channel, 'chat-decision')
  await decide(channel, number, 'Approve')
  await expect.poll(() => told('is approved'), { timeout: 30_000 }).toBeTruthy()

  await chatFaults({ kind: 410 })
  await grace.getByRole('button', { name: 'Send a test message' }).click()
  await expect(grace.getByText('The webhook takes nothing any more')).toBeVisible({
    timeout: 30_000,
  })
  await expect(grace.getByText(/Make a new incoming webhook in Slack/).first()).toBeVisible()
  await seen(grace, 'chat-broken')
  await chatFaults()
  await grace.getByRole('radio', { name: 'Teams' }).check()
  await grace.getByLabel('Address of the webhook').fill(chatWebhooks().teams)
  await save(grace, 'The desk has moved to Teams')
  await grace.getByRole('button', { name: 'Send a test message' }).click()
  await expect(grace.getByText('It works: the channel took the message')).toBeVisible({
    timeout: 30_000,
  })
  expect((await chatMessages())[0]).toMatchObject({ kind: 'teams' })
  await seen(grace, 'chat-set')
})
