// Switches faults of the running sandbox's clusters: npm run fault -- <cluster> <kind> [ms] | --clear <cluster>; without arguments it lists those in force.
import { parseArgs } from 'node:util'
import { type ClusterFault, parseFault } from '#sandbox/fleet/faults.ts'
import { folderPath, storedSecrets } from './launch/folder.ts'
import { keptLayout } from './launch/layout.ts'
import { portsFrom } from './launch/settings.ts'

type Cluster = { name: string; faults: ClusterFault[] }
const USAGE =
  'npm run fault -- CLUSTER KIND [MS], npm run fault -- --clear CLUSTER; CLUSTER may be *'

try {
  const { values, positionals } = readArguments()
  const clusters = await ask<{ clusters: Cluster[] }>().then((answer) => answer.clusters)
  const names = clusters.map(({ name }) => name)
  const [cluster = '', kind = '', milliseconds] = positionals
  if (values.clear !== undefined) {
    parseFault(`${values.clear}=slow`, names)
    await ask({ cluster: values.clear, faults: [] })
    say(`${values.clear}: no fault`)
  } else if (positionals.length === 0) say(inForce(clusters))
  else {
    const asked = parseFault(`${cluster}=${kind}${milliseconds ? `:${milliseconds}` : ''}`, names)
    await ask(asked)
    say(`${cluster}: ${inWords(asked.fault)}; it ends with npm run fault -- --clear '${cluster}'`)
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
}

function readArguments() {
  try {
    return parseArgs({ options: { clear: { type: 'string' } }, allowPositionals: true })
  } catch (cause) {
    throw new Error(USAGE, { cause })
  }
}

/** The control of the clusters: answers them all, or changes what is asked. */
async function ask<T>(body?: object): Promise<T> {
  const folder = folderPath()
  const { fleet } = keptLayout(folder)?.ports ?? portsFrom(undefined, undefined)
  const answer = await fetch(`http://127.0.0.1:${fleet}/`, {
    headers: { authorization: `Bearer ${storedSecrets(folder).control}` },
    ...(body ? { method: 'POST', body: JSON.stringify(body) } : {}),
  }).catch((cause: unknown) => {
    throw new Error(`The sandbox in ${folder} does not run (port ${fleet}). Start it: npm start`, {
      cause,
    })
  })
  if (!answer.ok) throw new Error(`The sandbox refused: ${answer.status} ${await answer.text()}`)
  return (await answer.json()) as T
}

function inForce(clusters: readonly Cluster[]): string {
  const lines = clusters.flatMap(({ name, faults }) =>
    faults.length > 0 ? [`${name}: ${faults.map(inWords).join(', ')}`] : [],
  )
  return lines.length > 0 ? lines.join('\n') : `no fault in force. ${USAGE}`
}

function inWords({ kind, milliseconds }: ClusterFault): string {
  return milliseconds === undefined ? kind : `${kind} (${milliseconds} ms)`
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}
