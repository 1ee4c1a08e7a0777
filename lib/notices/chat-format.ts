import type { ChatMessage } from './chat-words.ts'

export const CHAT_KINDS = ['slack', 'teams'] as const
export type ChatKind = (typeof CHAT_KINDS)[number]

/** Longest text that is sent; both systems refuse what is far longer, and a title is never that long. */
const MOST = 600
const OPEN = 'Open it in Stairway'

/** The body of a message as the webhook of that kind takes it. */
export function chatBody(kind: ChatKind, message: ChatMessage): string {
  return JSON.stringify(kind === 'slack' ? slackBody(message) : teamsBody(message))
}

/**
 * Slack's incoming webhook: blocks, and a text for notifications. What people wrote stands in plain text alone, where no mark formats and nothing becomes a link; its
 * control characters & < > are escaped, so that it mentions nobody and no channel. The one link is ours.
 */
export function slackBody({ headline, next, link }: ChatMessage): object {
  const plain = (text: string) => ({
    type: 'section',
    text: { type: 'plain_text', text: slackText(text), emoji: false },
  })
  return {
    text: slackText(headline),
    mrkdwn: false,
    link_names: false,
    unfurl_links: false,
    unfurl_media: false,
    blocks: [
      plain(headline),
      plain(next),
      {
        type: 'section',
        text: { type: 'mrkdwn', text: `<${plainUrl(link)}|${OPEN}>`, verbatim: true },
      },
    ],
  }
}

/**
 * The Workflows webhook of Teams: a message with one Adaptive Card. What people wrote stands in text runs, which know no Markdown, no mentions and no functions of a
 * card; the one link is the button, and ours.
 */
export function teamsBody({ headline, next, link }: ChatMessage): object {
  const run = (text: string, more: object = {}) => ({
    type: 'RichTextBlock',
    inlines: [{ type: 'TextRun', text: inert(text), ...more }],
  })
  return {
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        contentUrl: null,
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.4',
          fallbackText: inert(headline),
          body: [run(headline, { weight: 'bolder' }), run(next)],
          actions: [{ type: 'Action.OpenUrl', title: OPEN, url: plainUrl(link) }],
        },
      },
    ],
  }
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }

/** Slack's own escaping, of text on one line. */
function slackText(text: string): string {
  return inert(text).replace(/[&<>]/g, (mark) => ENTITIES[mark] ?? mark)
}

/** One line, of a length that is taken, in which an @ calls nobody and an address is no link: a joiner of no width stands in it. */
function inert(text: string): string {
  const line = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\s]+/gu, ' ').trim()
  const points = [...line]
  const cut = points.length > MOST ? `${points.slice(0, MOST - 1).join('')}…` : line
  return cut.replace(/@/g, '@\u2060').replace(/:\/\//g, ':\u2060//')
}

/** An address in which no mark ends the link that it stands in. */
function plainUrl(link: string): string {
  return new URL(link).href.replace(
    /[|<>"'\\^`{}\s]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}
