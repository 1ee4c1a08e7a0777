import type { Shown } from './shapes.ts'

export type Arrival = Shown & { at: string }

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const escapeHtml = (text: string) => text.replace(/[&<>"]/g, (mark) => escapes[mark] ?? mark)

const STYLE =
  'body{font:14px/1.5 system-ui,sans-serif;margin:32px auto;max-width:820px;padding:0 16px;color:#26241f;background:#fbfaf8;color-scheme:light dark}h2{font-size:15px;margin:0;overflow-wrap:anywhere}article{border-top:1px solid #8884;padding:12px 0}small{opacity:.8}p{margin:4px 0 0}code{overflow-wrap:anywhere}a{color:#0f5b66}@media(prefers-color-scheme:dark){body{color:#eceae4;background:#161512}a{color:#7cc7d3}}'
const NAMES = { slack: 'Slack', teams: 'Teams' } as const

/** What arrived, the newest first, and the addresses to enter. */
export function page(
  arrivals: readonly Arrival[],
  addresses: Readonly<Record<Shown['kind'], string>>,
): string {
  const rows = arrivals
    .map(({ kind, at, lines, link }) => {
      const [headline = '', ...more] = lines
      const opens = link ? `<p><a href="${escapeHtml(link)}">Open it in Stairway</a></p>` : ''
      return `<article><h2>${escapeHtml(headline)}</h2><small>${NAMES[kind]} · ${at}</small>${more.map((line) => `<p>${escapeHtml(line)}</p>`).join('')}${opens}</article>`
    })
    .join('')
  const entered = (['slack', 'teams'] as const)
    .map((kind) => `<p>${NAMES[kind]}: <code>${escapeHtml(addresses[kind])}</code></p>`)
    .join('')
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Chat</title><style>${STYLE}</style></head><body><main><small>Chat of the sandbox, a stand-in for Slack and Teams</small><h1>What arrived</h1>${rows || '<p>No message yet.</p>'}<h2>Webhooks to enter in Stairway</h2>${entered}</main></body></html>`
}
