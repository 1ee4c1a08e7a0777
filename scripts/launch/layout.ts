import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { CannotStart } from './folder.ts'
import { laterPorts, type Ports, portsFrom } from './settings.ts'

/** Where everything listens, and how many clusters there are. */
export type Layout = { ports: Ports; clusters: number }
type Asked = { portBase?: number; port?: number; clusters?: number }

const CLUSTERS = 12

/**
 * The layout of this start. An installation has stored its addresses, so it keeps its ports; clusters may be added.
 * @throws CannotStart when something else is asked of an installation that is there.
 */
export function layoutFor(
  folder: string,
  { portBase, port, clusters }: Asked,
  kept: Layout | undefined,
): Layout {
  const asked = portsFrom(portBase, port)
  if (!kept) return { ports: asked, clusters: clusters ?? CLUSTERS }
  const isMoved = (portBase ?? port) !== undefined && !isDeepStrictEqual(asked, kept.ports)
  const remedy = 'take another folder by STAIRWAY_DATA, or begin anew with --reset'
  if (isMoved)
    throw new CannotStart(
      `The data in ${folder} was made with other ports (web ${kept.ports.web}, clusters from ${kept.ports.clusters}), and they are stored. Leave --port-base and --port out, ${remedy}.`,
    )
  if (clusters !== undefined && clusters < kept.clusters)
    throw new CannotStart(
      `The data in ${folder} has ${kept.clusters} clusters already; they can only become more. Leave --clusters out, ${remedy}.`,
    )
  return { ports: kept.ports, clusters: clusters ?? kept.clusters }
}

/** The layout an installation was made with, if one is there. */
export function keptLayout(folder: string): Layout | undefined {
  const file = path.join(folder, 'layout.json')
  if (!existsSync(file)) return undefined
  const kept = JSON.parse(readFileSync(file, 'utf8')) as Layout
  return { ...kept, ports: { ...laterPorts(kept.ports.mail), ...kept.ports } }
}

/** From here on addresses are stored. */
export function keepLayout(folder: string, layout: Layout): void {
  const file = path.join(folder, 'layout.json')
  writeFileSync(`${file}.tmp`, JSON.stringify(layout, null, 2))
  renameSync(`${file}.tmp`, file)
}
