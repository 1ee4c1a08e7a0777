import { expect } from '@playwright/test'
import { seen } from './support/looks.ts'
import { as } from './support/people.ts'
import { test } from './support/test.ts'

/** A day so many days from now, as calendars write it. */
function day(ahead: number): string {
  return new Date(Date.now() + ahead * 86_400_000).toISOString().slice(0, 10)
}

test('a calendar file suggests a delegation for a vacation; nothing is delegated by it alone', async ({
  browser,
}) => {
  const hugo = await as(browser, 'Hugo Meyer')
  await hugo.goto('/settings/delegation')
  const text = [
    'BEGIN:VCALENDAR',
    'BEGIN:VEVENT',
    'SUMMARY:Skiing',
    'X-MICROSOFT-CDO-BUSYSTATUS:OOF',
    `DTSTART;VALUE=DATE:${day(20).replaceAll('-', '')}`,
    `DTEND;VALUE=DATE:${day(27).replaceAll('-', '')}`,
    'END:VEVENT',
    'END:VCALENDAR',
  ].join('\r\n')
  const file = { name: 'mine.ics', mimeType: 'text/calendar' }
  const field = hugo.getByLabel('Calendar file (.ics)')
  await field.setInputFiles({ ...file, buffer: Buffer.from('not a calendar') })
  await expect(hugo.getByText(/does not begin with BEGIN:VCALENDAR/)).toBeVisible()
  await field.setInputFiles({ ...file, buffer: Buffer.from(text) })
  await expect(hugo.getByText('Skiing')).toBeVisible()
  await seen(hugo, 'absence-found')
  await expect(hugo.getByText('Nobody. You decide for yourself.')).toBeVisible()
  await hugo.getByRole('button', { name: 'Delegate for this…' }).click()
  await expect(hugo.getByLabel('Until')).toHaveValue(`${day(27)}T00:00`)
  await expect(hugo.getByLabel('Reason, if you like')).toHaveValue('Skiing')
  await hugo.getByLabel('Who', { exact: true }).selectOption({ label: 'Erik Lund (erik.lund)' })
  await seen(hugo, 'absence-form')
  await hugo.getByRole('button', { name: 'Delegate', exact: true }).click()
  await expect(hugo.getByRole('row', { name: /Skiing/ })).toBeVisible()
  await expect(hugo.getByText('Somebody signs for you in that time already.')).toBeVisible()
  await hugo.getByRole('button', { name: 'End…' }).click()
  await hugo.getByLabel('Why').fill('The journey is over')
  await hugo.getByRole('button', { name: 'End it now' }).click()
})
