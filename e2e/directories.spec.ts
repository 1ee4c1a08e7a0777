import { expect, type Page } from '@playwright/test'
import { findSlapd } from '#lib/testing/find-slapd.ts'
import { activeDirectoryTree, BASES, personDn } from '#lib/testing/ldap-people.ts'
import { type LdapServer, startSlapd } from '#lib/testing/slapd.ts'
import { seen } from './support/looks.ts'
import { as } from './support/people.ts'
import { test } from './support/test.ts'

test('an administrator changes a directory’s token over: the new one is shown once, then revoked', async ({
  browser,
}) => {
  const grace = await as(browser, 'Grace Kim', { viewport: { width: 360, height: 780 } })
  await grace.goto('/settings/directories')
  const tokens = grace.getByRole('row').filter({ hasText: '…' })
  await expect(tokens).toHaveCount(1)
  await grace.getByRole('button', { name: 'Make a new token…' }).click()
  const dialog = grace.getByRole('dialog')
  await dialog.getByLabel('Why').fill('yearly rotation')
  await dialog.getByRole('button', { name: 'Make the token' }).click()
  await expect(grace.getByText(/^scim_[\w-]{43}$/)).toBeVisible()
  await expect(tokens).toHaveCount(2)
  const wide = await grace.evaluate(() => document.documentElement.scrollWidth)
  expect(wide).toBeLessThanOrEqual(360)
  await grace.reload()
  await expect(grace.getByText(/^scim_/)).toHaveCount(0)
  await tokens
    .filter({ hasText: 'never' })
    .getByRole('button', { name: /^Revoke/ })
    .click()
  await dialog.getByLabel('Why').fill('only tried')
  await dialog.getByRole('button', { name: 'Revoke the token' }).click()
  await expect(tokens.filter({ hasText: 'revoked' })).toHaveCount(1)
  await grace.context().close()
})

test('nobody but the platform’s administrators finds the page', async ({ browser }) => {
  const iris = await as(browser, 'Iris Novak')
  expect((await iris.goto('/settings/directories'))?.status()).toBe(404)
  await iris.context().close()
})

const TEAM = ['Asa Berg', 'Bo Dahl', 'Cai Eriksen', 'Dag Falk', 'Eli Grahn', 'Fay Holm']
const LEAVING = ['Gil Ibsen', 'Hal Juhl', 'Ida Krogh', 'Jan Lund', 'Kim Moe', 'Leo Nord']

async function fillLdap(page: Page, name: string, { access }: LdapServer): Promise<void> {
  await page.getByLabel('Name', { exact: true }).fill(name)
  await page.getByLabel('Issuer', { exact: true }).fill(`https://${name}.bank.example`)
  await page.getByLabel('Address').fill('ldaps://dc1.bank.example')
  await page.getByLabel('Certificate authority').fill(access.caPem ?? '')
  await page.getByLabel('Account', { exact: true }).fill(access.bindDn)
  await page.getByLabel('Password', { exact: true }).fill(access.password)
  await page.getByLabel('People below').fill(BASES.peopleBase)
  await page.getByLabel('Groups below').fill(BASES.groupsBase)
  await page.getByLabel('Why', { exact: true }).fill('the domain of the bank')
}

test('an administrator sets a directory up by LDAP, is told what is wrong, and says who may go', async ({
  browser,
}) => {
  const slapd = findSlapd()
  test.skip(!slapd, 'no slapd')
  if (!slapd) return
  const server = await startSlapd(slapd)
  try {
    const domain = await activeDirectoryTree(server)
    await domain.people([...TEAM, ...LEAVING])
    await domain.group('treasury', [...TEAM, ...LEAVING].map(personDn))
    await domain.commit()
    const name = `domain-${Date.now()}`
    const grace = await as(browser, 'Grace Kim')
    await grace.goto('/settings/directories')
    await grace.getByRole('link', { name: 'Read one by LDAP…' }).click()
    await fillLdap(grace, name, server)
    const save = grace.getByRole('button', { name: 'Save, and read it' })
    await save.click()
    await expect(grace.getByText('The worker may not call ldaps://dc1.bank.example')).toBeVisible()
    await seen(grace, 'ldap-form-refused')
    await grace.getByLabel('Address').fill('ldaps://127.0.0.1:9')
    await save.click()
    const own = grace.getByRole('region', { name })
    await expect(own.getByText('The server cannot be reached;')).toBeVisible({ timeout: 20_000 })
    await seen(grace, 'ldap-unreachable')

    await own.getByRole('link', { name: 'Change…' }).click()
    await grace.getByLabel('Address').fill(server.access.url)
    await grace.getByLabel('Why').fill('this is where it is')
    await save.click()
    await expect(grace.getByText('The password must be entered.')).toBeVisible()
    await grace.getByLabel('Password', { exact: true }).fill(server.access.password)
    await save.click()
    await expect(own.getByText('Fresh')).toBeVisible({ timeout: 20_000 })
    await expect(own.getByText('12 active people, 1 group')).toBeVisible()

    for (const one of LEAVING) await domain.remove(personDn(one))
    await domain.commit()
    await own.getByRole('button', { name: 'Read now' }).click()
    await expect(own.getByText('would take away 6 of 12 people:')).toBeVisible({ timeout: 20_000 })
    await expect(own.getByText('Leo Nord')).toBeVisible()
    await seen(grace, 'ldap-held')
    await grace.getByRole('button', { name: /Notices/ }).click()
    await expect(
      grace.getByText(`A directory would take many away, and you are asked: ${name}`),
    ).toBeVisible()
    await grace.keyboard.press('Escape')
    await own.getByRole('button', { name: 'Accept…' }).click()
    const dialog = grace.getByRole('dialog')
    await dialog.getByLabel('Why').fill('Treasury was sold, they left us')
    await dialog.getByRole('button', { name: 'Let exactly these go' }).click()
    await expect(own.getByText('6 active people, 1 group')).toBeVisible({ timeout: 20_000 })
    await expect(own.getByText('Fresh')).toBeVisible()
    await seen(grace, 'ldap-fresh')
    await grace.context().close()
  } finally {
    await server.stop()
  }
})
