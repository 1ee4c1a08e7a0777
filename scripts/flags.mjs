// What `npm start` understands. Plain Node, no packages: read before anything is installed, and again by scripts/start.ts.
import { parseArgs } from 'node:util'

const OPTIONS = {
  demo: { type: 'boolean' },
  reset: { type: 'boolean' },
  dev: { type: 'boolean' },
  help: { type: 'boolean' },
  clusters: { type: 'string' },
  'port-base': { type: 'string' },
  port: { type: 'string' },
  fault: { type: 'string', multiple: true },
  'git-writes-per-minute': { type: 'string' },
}
const LIST =
  '--demo, --reset, --clusters N, --port-base N, --port N, --fault CLUSTER=KIND, --git-writes-per-minute N, --dev'
const RANGES = {
  clusters: [1, 500],
  'port-base': [1024, 64_900],
  port: [1, 65_535],
  'git-writes-per-minute': [1, 1_000_000],
}

/**
 * @typedef {{ demo: boolean, reset: boolean, dev: boolean, help: boolean, faults: string[], clusters?: number, portBase?: number, port?: number, gitWritesPerMinute?: number }} Flags
 * @param {readonly string[]} args
 * @returns {{ ok: true, flags: Flags } | { ok: false, line: string }} the flags, or one line that says what is wrong and what there is.
 */
export function readFlags(args) {
  try {
    const { values } = parseArgs({ args: [...args], options: OPTIONS })
    const clusters = numberOf(values, 'clusters')
    const portBase = numberOf(values, 'port-base')
    const port = numberOf(values, 'port')
    const gitWritesPerMinute = numberOf(values, 'git-writes-per-minute')
    const { demo = false, reset = false, dev = false, help = false, fault: faults = [] } = values
    return {
      ok: true,
      flags: {
        ...{ demo, reset, dev, help, faults },
        ...(clusters === undefined ? {} : { clusters }),
        ...(portBase === undefined ? {} : { portBase }),
        ...(port === undefined ? {} : { port }),
        ...(gitWritesPerMinute === undefined ? {} : { gitWritesPerMinute }),
      },
    }
  } catch (error) {
    const [first = ''] = error.message.split(/\n|\. /)
    return { ok: false, line: `${first.replace(/\.$/, '')}. npm start -- takes ${LIST}.` }
  }
}

/** What `--help` prints. */
export const HELP = `npm start -- [flags]

  --demo                      fill the portal with services, by real onboardings
  --reset                     throw all data away first
  --clusters N                simulated clusters, 12 unless said otherwise; a later start may add some
  --port-base N               everything on ports from N upwards
  --port N                    the web app's port alone
  --fault CLUSTER=KIND[:MS]   start with a fault, * for all clusters; npm run fault changes it later
  --git-writes-per-minute N   pace of the Git host
  --dev                       reload on change; the same as npm run dev
`

function numberOf(values, name) {
  const text = values[name]
  if (text === undefined) return undefined
  const [least, most] = RANGES[name]
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (!(number >= least && number <= most))
    throw new Error(`--${name} is a number from ${least} to ${most}, not '${text}'`)
  return number
}
