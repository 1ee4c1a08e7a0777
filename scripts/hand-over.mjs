// Hands a script over to the Node that came with the packages. Plain Node, no packages.
import { spawn } from 'node:child_process'

/** Runs a script to its end and ends as it ends; signals go on to it. */
export function handOver(args) {
  const child = spawn('node_modules/.bin/node', args, { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)))
}
