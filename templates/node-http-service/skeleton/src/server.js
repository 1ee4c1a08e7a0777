import { createServer } from 'node:http'
import { settings } from './settings.js'

/** Answers the root with the greeting, and the two health endpoints. `log` gets one line per request where the level allows it. */
export function createService({ log = () => {} } = {}) {
  return createServer((request, response) => {
    const status = answer(request, response)
    if (settings.logLevel === 'debug') log(JSON.stringify({ method: request.method, url: request.url, status }))
  })
}

function answer({ method, url }, response) {
  const pathname = url.split('?')[0]
  if (method !== 'GET' && method !== 'HEAD') return send(response, 405, { error: 'method not allowed' })
  if (pathname === '/healthz' || pathname === '/readyz') return send(response, 200, { status: 'ok' })
  if (pathname === '/') return send(response, 200, { service: settings.name, greeting: settings.greeting })
  return send(response, 404, { error: 'not found' })
}

function send(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
  return status
}
