// node scripts/run.mjs <script.ts> […]: on plain Node 20.19 or later, installs what is missing, then runs a script of ours.
import { handOver } from './hand-over.mjs'
import { install } from './install.mjs'

await install()
handOver(process.argv.slice(2))
