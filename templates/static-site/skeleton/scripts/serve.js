import { createServer } from 'node:http'
import { readFile } from 'node:fs/promises'
import path from 'node:path'

const types = { '.html': 'text/html; charset=utf-8', '.css': 'text/css' }
const root = path.resolve('dist')

createServer(async (request, response) => {
  const name = path.join(root, path.normalize(new URL(request.url, 'http://x').pathname))
  const file = name.endsWith(path.sep) || name === root ? path.join(name, 'index.html') : name
  try {
    if (!file.startsWith(root)) throw new Error('outside')
    response.writeHead(200, { 'content-type': types[path.extname(file)] ?? 'text/plain' })
    response.end(await readFile(file))
  } catch {
    response.writeHead(404).end('not found')
  }
}).listen(Number(process.env.PORT ?? 8080))
