/** Which webhook a message came by, and what both systems would show of it. */
export type Shown = { kind: 'slack' | 'teams'; lines: string[]; link: string | null }

type Json = Record<string, unknown>

const NO_TEXT = 'no_text'
const INVALID = 'invalid_payload'

/** What Slack would show, or the word with which it answers 400. The blocks are checked as far as the documentation says what they hold. */
export function slackShown(body: string): Shown | { refused: string } {
  const message = jsonOf(body)
  if (!message) return { refused: INVALID }
  if (typeof message.text !== 'string' && !Array.isArray(message.blocks))
    return { refused: NO_TEXT }
  const blocks = Array.isArray(message.blocks) ? (message.blocks as Json[]) : []
  const lines: string[] = []
  let link: string | null = null
  for (const block of blocks) {
    const text = block.text as Json | undefined
    if (block.type !== 'section' || typeof text?.text !== 'string')
      return { refused: 'invalid_blocks' }
    if (!['plain_text', 'mrkdwn'].includes(String(text.type)) || text.text.length > 3000)
      return { refused: 'invalid_blocks' }
    const linked = text.type === 'mrkdwn' ? /^<([^|>]+)\|([^>]+)>$/.exec(text.text) : null
    if (linked) link = unescaped(linked[1] ?? '')
    else lines.push(unescaped(text.text))
  }
  return { kind: 'slack', lines: lines.length > 0 ? lines : [String(message.text)], link }
}

/** What Teams would show, or why its workflow fails. */
export function teamsShown(body: string): Shown | { refused: string } {
  const message = jsonOf(body)
  const attachments = message?.attachments
  if (message?.type !== 'message' || !Array.isArray(attachments))
    return { refused: 'a message with attachments is expected' }
  const card = attachments[0] as Json | undefined
  if (card?.contentType !== 'application/vnd.microsoft.card.adaptive')
    return { refused: 'the attachment is no Adaptive Card' }
  const content = card.content as { body?: Json[]; actions?: Json[]; type?: string }
  if (content.type !== 'AdaptiveCard') return { refused: 'the content is no Adaptive Card' }
  const lines = (content.body ?? []).map((block) =>
    ((block.inlines as { text: string }[] | undefined) ?? []).map(({ text }) => text).join(''),
  )
  const action = content.actions?.find(({ type }) => type === 'Action.OpenUrl')
  return { kind: 'teams', lines, link: typeof action?.url === 'string' ? action.url : null }
}

function jsonOf(body: string): Json | null {
  try {
    const value = JSON.parse(body) as unknown
    return typeof value === 'object' && value !== null ? (value as Json) : null
  } catch {
    return null
  }
}

function unescaped(text: string): string {
  return text.replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&amp;/g, '&')
}
