// Runs on plain Node 20.19 or later, with no packages: installs what is missing, then hands over to the Node that came with it.
import { spawn } from 'node:child_process'
import { install } from './install.mjs'

await install()
const child = spawn('node_modules/.bin/node', ['scripts/start.ts', ...process.argv.slice(2)], {
  stdio: 'inherit',
})
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)))
