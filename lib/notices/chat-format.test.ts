import fc from 'fast-check'
import { expect, test } from 'vitest'
import { chatBody, slackBody, teamsBody } from './chat-format.ts'
import { chatText } from './chat-words.ts'
import { NOTICE_EVENTS, type NoticeEvent } from './notice.ts'

const LINK = 'https://stairway.bank/changes/12?tab=plan#part'
const MESSAGE = {
  headline: 'CHG-12 waits for approval: a <b> & c',
  next: 'Open it.',
  link: LINK,
}

test('Slack gets blocks and a text, with its control characters escaped and one link of ours', () => {
  expect(slackBody(MESSAGE)).toMatchObject({
    text: 'CHG-12 waits for approval: a &lt;b&gt; &amp; c',
    blocks: [
      { text: { type: 'plain_text', text: 'CHG-12 waits for approval: a &lt;b&gt; &amp; c' } },
      { text: { type: 'plain_text', text: 'Open it.' } },
      { text: { type: 'mrkdwn', text: `<${LINK}|Open it in Stairway>` } },
    ],
  })
})

test('Teams gets a message with one Adaptive Card, its texts in runs and one button that opens the page', () => {
  expect(teamsBody(MESSAGE)).toMatchObject({
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        contentUrl: null,
        content: {
          type: 'AdaptiveCard',
          body: [
            { type: 'RichTextBlock', inlines: [{ type: 'TextRun', text: MESSAGE.headline }] },
            { type: 'RichTextBlock' },
          ],
          actions: [{ type: 'Action.OpenUrl', url: LINK }],
        },
      },
    ],
  })
})

/** What people write who want more than to be read. */
const HOSTILE = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 900 }),
  fc
    .array(
      fc.constantFrom(
        ...['<!channel>', '<!here|x>', '<@U012>', '<https://evil.example|Approve>', '@channel'],
        ...['@here', '@everyone', 'https://evil.example', '[Approve](https://evil.example)', '*b*'],
        ...['<at>All</at>', '{{DATE(2026-01-01)}}', '$\u007bx}', '\n', '|', '>', '"', '\\', '&lt;'],
        ...['\u202e', '\u0000', '\ud800', 'CHG-1', ' '],
      ),
      { maxLength: 12 },
    )
    .map((parts) => parts.join('')),
)
const messages = fc.record({ headline: HOSTILE, next: HOSTILE, link: fc.constant(LINK) })

/** Every string of a body, with its path. */
function stringsOf(value: unknown, at = ''): [string, string][] {
  if (typeof value === 'string') return [[at, value]]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, each]) => stringsOf(each, `${at}.${key}`))
}

const OURS = [LINK, 'http://adaptivecards.io/schemas/adaptive-card.json']

test('whatever somebody wrote mentions nobody, formats nothing and links nowhere but to our page', () => {
  fc.assert(
    fc.property(messages, fc.constantFrom('slack' as const, 'teams' as const), (message, kind) => {
      const body = JSON.parse(chatBody(kind, message)) as object
      for (const [at, text] of stringsOf(body)) {
        const rest = OURS.reduce((left, own) => left.replace(own, ''), text)
        expect(rest, at).not.toMatch(/@[\p{L}\p{N}]/u)
        expect(rest, at).not.toMatch(/:\/\//)
        expect([...rest].length, at).toBeLessThan(4000)
        if (kind === 'slack')
          expect(rest.replace('<|Open it in Stairway>', ''), at).not.toMatch(/[<>]/)
        if (kind === 'slack') expect(rest, at).not.toMatch(/&(?!amp;|lt;|gt;)/)
      }
      if (kind === 'teams') {
        const blocks = JSON.stringify(body).match(/"type":"[A-Za-z.]+"/g) ?? []
        expect(new Set(blocks)).toEqual(
          new Set(
            ['message', 'AdaptiveCard', 'RichTextBlock', 'TextRun', 'Action.OpenUrl'].map(
              (type) => `"type":"${type}"`,
            ),
          ),
        )
        expect(JSON.stringify(body)).not.toContain('"msteams"')
      } else {
        const { blocks } = body as { blocks: { text: { type: string; text: string } }[] }
        expect(blocks.map(({ text }) => text.type)).toEqual(['plain_text', 'plain_text', 'mrkdwn'])
        expect(blocks[2]?.text.text).toBe(`<${LINK}|Open it in Stairway>`)
      }
    }),
    { numRuns: 600 },
  )
})

test('an address never ends the link that it stands in', () => {
  fc.assert(
    fc.property(fc.webPath(), fc.string(), (path, more) => {
      const link = `https://stairway.bank${path}?q=${more}|x>`
      const text = JSON.stringify(slackBody({ ...MESSAGE, link }))
      expect(text.match(/<https:[^|<>]*\|Open it in Stairway>/g)).toHaveLength(1)
    }),
  )
})

test('every notice is told to a group or, being somebody’s own, to none; none speaks to one reader', () => {
  const told = (Object.keys(NOTICE_EVENTS) as NoticeEvent[]).flatMap((event) => {
    const text = chatText(event, { number: 7, title: 'Onboard $& ledger', link: LINK })
    return text ? [`${event}: ${text.message.headline}`] : []
  })
  expect(told.length).toBeGreaterThan(25)
  expect(told.filter((line) => /\b(you|your)\b/i.test(line))).toEqual([])
  expect(told.filter((line) => !line.includes('Onboard $& ledger'))).toEqual([])
  expect(chatText('comment.added', { number: 7, title: 'x', link: LINK })).toBeNull()
})
