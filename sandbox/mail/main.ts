import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { simpleParser } from 'mailparser'
import { SMTPServer } from 'smtp-server'

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '4140' },
    'page-port': { type: 'string', default: '4141' },
    data: { type: 'string' },
  },
})
const folder = values.data
if (!folder) throw new Error('--data is needed')
mkdirSync(folder, { recursive: true })

type Message = { id: string; at: string; from: string; to: string; subject: string; text: string }

const smtp = new SMTPServer({
  authOptional: true,
  disabledCommands: ['AUTH', 'STARTTLS'],
  onData(stream, _session, done) {
    simpleParser(stream)
      .then((mail) => {
        const to = Array.isArray(mail.to)
          ? mail.to.map((each) => each.text).join(', ')
          : (mail.to?.text ?? '')
        const message: Message = {
          id: mail.messageId ?? '',
          at: new Date().toISOString(),
          from: mail.from?.text ?? '',
          to,
          subject: mail.subject ?? '',
          text: mail.text ?? '',
        }
        keep(message)
        done()
      })
      .catch(done)
  },
})

/** A repeat with the same Message-ID replaces the first, as a mail reader would show it. Accepted is what is stored whole. */
function keep(message: Message): void {
  const name = createHash('sha256').update(message.id).digest('hex')
  const file = path.join(folder ?? '', `${name}.json`)
  writeFileSync(`${file}.tmp`, JSON.stringify(message))
  renameSync(`${file}.tmp`, file)
}

/** Newest first. */
function messages(): Message[] {
  return readdirSync(folder ?? '')
    .filter((name) => name.endsWith('.json'))
    .flatMap((name) => readMessage(path.join(folder ?? '', name)))
    .sort((a, b) => (a.at < b.at ? 1 : -1))
}

/** Nothing, for what is no message of ours. */
function readMessage(file: string): Message[] {
  try {
    return [JSON.parse(readFileSync(file, 'utf8')) as Message]
  } catch (error) {
    process.stderr.write(`${file}: ${error instanceof Error ? error.message : String(error)}\n`)
    return []
  }
}

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }
const escapeHtml = (text: string) => text.replace(/[&<>]/g, (mark) => escapes[mark] ?? mark)
const linked = (text: string) =>
  escapeHtml(text).replace(/https?:\/\/\S+/g, (url) => `<a href="${url}">${url}</a>`)

function page(): string {
  const rows = messages()
    .map(
      (each) =>
        `<article><h2>${escapeHtml(each.subject)}</h2><small>${escapeHtml(each.to)} · ${each.at}</small><pre>${linked(each.text)}</pre></article>`,
    )
    .join('')
  const style =
    'body{font:14px/1.5 system-ui,sans-serif;margin:32px auto;max-width:820px;padding:0 16px;color:#26241f;background:#fbfaf8;color-scheme:light dark}h2{font-size:15px;margin:0}article{border-top:1px solid #8884;padding:12px 0}small{opacity:.75}pre{white-space:pre-wrap;font:inherit;margin:8px 0 0}a{color:#0f5b66}@media(prefers-color-scheme:dark){body{color:#eceae4;background:#161512}a{color:#7cc7d3}}'
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Mail</title><style>${style}</style></head><body><main><small>Mail server of the sandbox, a stand-in</small><h1>What arrived</h1>${rows || '<p>No mail yet.</p>'}</main></body></html>`
}

const web = createServer((request, response) => {
  if (request.url === '/messages')
    return void response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify(messages()))
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page())
})

const fail = (error: Error) => {
  process.stderr.write(`${error.message}\n`)
  process.exit(1)
}
smtp.on('error', fail)
web.on('error', fail)
const portOf = (server: { address(): unknown }) => (server.address() as { port: number }).port
smtp.listen(Number(values.port), '127.0.0.1', () => {
  web.listen(Number(values['page-port']), '127.0.0.1', () => {
    process.stdout.write(
      `${JSON.stringify({ ready: true, port: portOf(smtp.server), url: `http://127.0.0.1:${portOf(web)}` })}\n`,
    )
  })
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    web.closeAllConnections()
    web.close()
    smtp.close(() => process.exit(0))
  })
}
