// Recomputes every hash of every audit chain and compares it with the signed heads: of --url or DATABASE_URL (the worker's role may read all chains), else of the running
// embedded database. --heads FILE adds heads kept outside, --key the public keys written down; --after-restore records it in the chains. Exit 1 where one does not hold.
import { parseArgs } from 'node:util'
import { connect } from '#lib/db/client.ts'
import { folderPath, storedSecrets } from './launch/folder.ts'
import { keptLayout } from './launch/layout.ts'
import { inOneLine } from './launch/one-line.ts'
import { environments, portsFrom } from './launch/settings.ts'
import { printVerified, verifyOptions } from './launch/verify-restored.ts'

const USAGE =
  'npm run verify-chain -- [--url URL] [--port-base N] [--heads FILE]… [--key KEY]… [--after-restore]'

await inOneLine(USAGE, async () => {
  const { values } = parseArgs({
    options: {
      url: { type: 'string' },
      'port-base': { type: 'string' },
      heads: { type: 'string', multiple: true, default: [] },
      key: { type: 'string', multiple: true, default: [] },
      'after-restore': { type: 'boolean', default: false },
    },
  })
  const outside = { heads: values.heads, keys: values.key }
  const options = verifyOptions(outside, values['after-restore'] ? 'restore' : null)
  const url = values.url ?? process.env.DATABASE_URL ?? embeddedUrl(values['port-base'])
  const db = connect(url, { poolSize: 1, timeoutMs: 600_000 })
  const broken = await printVerified(db, options).finally(() => db.close())
  process.exit(broken === 0 ? 0 : 1)
})

function embeddedUrl(base: string | undefined): string {
  const folder = folderPath()
  const ports = base ? portsFrom(Number(base), undefined) : keptLayout(folder)?.ports
  const secrets = storedSecrets(folder)
  return environments({ secrets, ports: ports ?? portsFrom(undefined, undefined) }).worker
    .DATABASE_URL
}
