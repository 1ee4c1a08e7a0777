import { createServer } from 'node:http'
import { settings } from './settings.js'

/** Answers the root with the greeting, and the two health endpoints. */
export function createService() {
  return createServer((request, response) => {
    if (request.url === '/healthz' || request.url === '/readyz') return send(response, 200, { status: 'ok' })
    if (request.url === '/') return send(response, 200, { service: settings.name, greeting: settings.greeting })
    return send(response, 404, { error: 'not found' })
  })
}

function send(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}
