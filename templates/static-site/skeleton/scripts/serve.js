import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import path from 'node:path'

const types = { '.html': 'text/html; charset=utf-8', '.css': 'text/css; charset=utf-8', '.svg': 'image/svg+xml', '.js': 'text/javascript' }
const root = path.resolve('dist')

/** The file below dist/ that a path names, or undefined. */
function fileOf(url) {
  const name = decodeURIComponent(url.split('?')[0])
  const file = path.join(root, name.endsWith('/') ? `${name}index.html` : name)
  return file.startsWith(root + path.sep) ? file : undefined
}

createServer(async (request, response) => {
  try {
    const file = fileOf(request.url)
    if (!file) throw new Error('outside of dist/')
    const body = await readFile(file)
    response.writeHead(200, { 'content-type': types[path.extname(file)] ?? 'text/plain' })
    response.end(body)
  } catch {
    response.writeHead(404)
    response.end('not found')
  }
}).listen(Number(process.env.PORT ?? 8080))
