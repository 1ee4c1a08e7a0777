// Runs on plain Node 20.19 or later, with no packages: installs what is missing, then hands over to the Node that came with it.
import { HELP, readFlags } from './flags.mjs'
import { handOver } from './hand-over.mjs'
import { install } from './install.mjs'

const args = process.argv.slice(2)
const read = readFlags(args)
if (!read.ok || read.flags.help) {
  process[read.ok ? 'stdout' : 'stderr'].write(read.ok ? HELP : `${read.line}\n`)
  process.exit(read.ok ? 0 : 1)
}
await install()
handOver(['scripts/start.ts', ...args])
