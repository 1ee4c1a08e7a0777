import type { Arrival, ChainOf } from './arrivals.ts'

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }
const escapeHtml = (text: string) => text.replace(/[&<>]/g, (mark) => escapes[mark] ?? mark)

const STYLE =
  'body{font:14px/1.5 system-ui,sans-serif;margin:32px auto;max-width:960px;padding:0 16px;color:#26241f;background:#fbfaf8;color-scheme:light dark}table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:4px 12px 4px 0;border-top:1px solid #8884}pre{white-space:pre-wrap;overflow-wrap:anywhere;font-size:12px}small{opacity:.75}@media(prefers-color-scheme:dark){body{color:#eceae4;background:#161512}}'
const SHOWN = 100

type Shown = {
  addresses: readonly string[]
  caPem: string
  arrivals: readonly Arrival[]
  chains: readonly ChainOf[]
}

/** What arrived, by chain and one by one, the newest first. */
export function page({ addresses, caPem, arrivals, chains }: Shown): string {
  const rows = chains
    .map(
      (chain) =>
        `<tr><td>${escapeHtml(chain.tenant)}</td><td>${chain.events}</td><td>${chain.repeats}</td><td>${chain.gaps.length}</td><td>${chain.unlinked.length}</td></tr>`,
    )
    .join('')
  const events = arrivals
    .slice(-SHOWN)
    .reverse()
    .map((each) => `<small>${each.at} by ${each.by}</small><pre>${escapeHtml(each.text)}</pre>`)
    .join('')
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>SIEM</title><style>${STYLE}</style></head><body><main><small>SIEM of the sandbox, a stand-in</small><h1>What arrived</h1>
<p>It listens at ${addresses.map((each) => `<code>${escapeHtml(each)}</code>`).join(', ')}.</p><details><summary>Its certificate authority</summary><pre>${escapeHtml(caPem)}</pre></details>
<table><thead><tr><th>Chain</th><th>Events</th><th>Repeats</th><th>Gaps</th><th>Not linked</th></tr></thead><tbody>${rows || '<tr><td colspan="5">Nothing yet.</td></tr>'}</tbody></table>
<h2>The newest</h2>${events || '<p>Nothing yet.</p>'}</main></body></html>`
}
