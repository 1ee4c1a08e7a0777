import { listFiles, readCommit, readObject, readRef } from './objects.ts'
import type { Repository, Store } from './store.ts'

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const escapeHtml = (text: string) => text.replace(/[&<>"]/g, (mark) => escapes[mark] ?? mark)

/** Small pages to look at a repository: the list, the files of a branch, one file. Undefined when there is no such page. */
export async function renderPage(store: Store, path: string): Promise<string | undefined> {
  const [org, name, area, , ...rest] = path.split('/').filter(Boolean).map(decodeURIComponent)
  if (!org)
    return page(
      'Repositories',
      store
        .orgs()
        .map((each) => `<h2>${escapeHtml(each)}</h2>${links(store.list(each))}`)
        .join(''),
    )
  if (!name) return store.hasOrg(org) ? page(org, links(store.list(org))) : undefined
  const repository = store.find(org, name)
  if (!repository) return undefined
  const dir = store.dirOf(org, name)
  const sha = readRef(dir, 'refs/heads/main')
  const commit = sha ? await readCommit(dir, sha) : undefined
  if (!sha || !commit) return page(`${org}/${name}`, '<p>This repository is empty.</p>')
  const files = await listFiles(dir, commit.tree)
  if (area === 'blob') {
    const file = files.find((entry) => entry.path === rest.join('/'))
    const blob = file ? await readObject(dir, file.sha) : undefined
    return blob
      ? page(
          rest.join('/'),
          `<p><a href="/${org}/${name}">${escapeHtml(org)}/${escapeHtml(name)}</a></p><pre>${escapeHtml(blob.body.toString())}</pre>`,
        )
      : undefined
  }
  const rows = files
    .map(
      (file) =>
        `<li><a href="/${org}/${name}/blob/main/${encodeURI(file.path)}">${escapeHtml(file.path)}</a></li>`,
    )
    .join('')
  const about = `<p>${escapeHtml(repository.description ?? '')}</p><p>Branch <b>main</b>${repository.protection ? ', protected' : ''} at <code>${sha.slice(0, 12)}</code>: ${escapeHtml(commit.message.split('\n')[0] ?? '')}</p>`
  return page(`${org}/${name}`, `${about}<ul>${rows}</ul>`)
}

function links(repositories: readonly Repository[]): string {
  if (repositories.length === 0) return '<p>No repository yet.</p>'
  return `<ul>${repositories.map((each) => `<li><a href="/${each.org}/${each.name}">${escapeHtml(each.name)}</a> ${escapeHtml(each.description ?? '')}</li>`).join('')}</ul>`
}

function page(title: string, body: string): string {
  const style =
    'body{font:14px/1.5 system-ui,sans-serif;margin:32px auto;max-width:960px;padding:0 16px;color:#26241f;background:#fbfaf8}a{color:#0f5b66}pre{background:#f1efea;padding:16px;overflow:auto;border-radius:4px}small{color:#6d6a62}@media(prefers-color-scheme:dark){body{color:#eceae4;background:#161512}a{color:#7cc7d3}pre{background:#211f1b}}'
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escapeHtml(title)}</title><style>${style}</style></head><body><main><small>Git host of the sandbox, a stand-in</small><h1>${escapeHtml(title)}</h1>${body}</main></body></html>`
}
