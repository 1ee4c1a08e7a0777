import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'

const site = JSON.parse(readFileSync('site.json', 'utf8'))
const escapes = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
const escape = (text) => String(text).replace(/[&<>"']/g, (mark) => escapes[mark])

rmSync('dist', { recursive: true, force: true })
mkdirSync('dist')
cpSync('src', 'dist', { recursive: true })
const page = readFileSync('src/index.html', 'utf8').replace(/%(\w+)%/g, (_, key) => escape(site[key] ?? ''))
writeFileSync('dist/index.html', page)
writeFileSync('dist/healthz', 'ok\n')
