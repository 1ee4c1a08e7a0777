import { expect } from '@playwright/test'
import { seen } from './support/looks.ts'
import { decide, fillService, freshName, submitService } from './support/onboarding.ts'
import { as } from './support/people.ts'
import { test } from './support/test.ts'

const FIELD = 'Say something about this change'

test('people talk about a change: who is mentioned is told, nothing is markup, nothing is decided', async ({
  browser,
}) => {
  const [ada, ben, farah] = await Promise.all([
    as(browser, 'Ada Okafor'),
    as(browser, 'Ben Carter'),
    as(browser, 'Farah Haddad'),
  ])
  await fillService(ada, { name: freshName('talk'), environments: ['test'] })
  const number = await submitService(ada)
  await ben.goto(`/changes/${number}`)
  await expect(ben.getByText('Nobody has said anything about it.')).toBeVisible()
  const field = ben.getByLabel(FIELD)
  await field.pressSequentially('Is the size right, @fa')
  const people = ben.getByRole('listbox', { name: 'People who read this change' })
  await expect(people.getByRole('option', { name: /Farah Haddad/ })).toBeVisible()
  await seen(ben, 'conversation-suggests')
  await field.press('Enter')
  await expect(field).toHaveValue('Is the size right, @Farah Haddad ')
  await expect(ben.getByText('Tells Farah Haddad')).toBeVisible()
  await field.pressSequentially('?\n<img src=x onerror=alert(1)> javascript:alert(2)')
  await field.press('Control+Enter')
  const talk = ben.getByRole('region', { name: /Conversation/ })
  await expect(talk.getByText('@Farah Haddad')).toBeVisible()
  await expect(talk.getByText('<img src=x onerror=alert(1)> javascript:alert(2)')).toBeVisible()
  await expect(talk.locator('img')).toHaveCount(0)
  await expect(field).toHaveValue('')

  await farah.reload()
  await farah.getByRole('button', { name: /Notices/ }).click()
  await farah.getByText(new RegExp(`Ben Carter mentions you in CHG-${number}`)).click()
  await expect(farah).toHaveURL(new RegExp(`/changes/${number}#cmt_`))
  await farah.getByLabel(FIELD).fill('It is. Small is enough for a test.')
  await farah.getByRole('button', { name: 'Post', exact: true }).click()
  await expect(farah.getByLabel(FIELD)).toHaveValue('')
  await expect(farah.getByText('It is. Small is enough for a test.')).toBeVisible()
  await expect(farah.getByText('Commented')).toHaveCount(2)
  await ada.reload()
  await expect(ada.getByText('It is. Small is enough for a test.')).toBeVisible()
  await seen(ada, 'conversation')
  await expect(ada.getByText('Awaiting approval').first()).toBeVisible()

  const iris = await as(browser, 'Iris Novak')
  await iris.goto(`/changes/${number}`)
  await expect(iris.getByText('It is. Small is enough for a test.')).toBeVisible()
  await expect(iris.getByText('You read along.')).toBeVisible()
  await expect(iris.getByLabel(FIELD)).toHaveCount(0)

  await decide(ben, number, 'Reject', 'Not now')
  await expect(ben.getByText('the conversation is kept as it is')).toBeVisible()
  await seen(ben, 'conversation-ended')
})
