import { loadItems } from '#lib/changes/plan-store.ts'
import { sha256Hex } from '#lib/hash.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'
import { manifestText } from './plan-baseline.ts'

type Row = { planHash: string; version: string; manifest: string }

/**
 * The bytes of an approved baseline, exactly; null where there is no such change, it is not the viewer's to see, or nobody approved it yet. Throws
 * when what is stored is not what was approved: such bytes are handed to nobody.
 */
export async function readManifest(
  platform: Platform,
  viewer: Viewer,
  number: number,
): Promise<{ text: string; version: string } | null> {
  return platform.read(viewer, async (tx) => {
    const [row] = await tx.$queryRaw<Row[]>`
      select encode(c.plan_hash, 'hex') as "planHash", v.parameters->'baseline'->>'version' as version, v.parameters->'baseline'->>'manifest' as manifest
      from change c join change_revision v on v.change_id = c.id and v.revision = c.revision
      where c.number = ${number}::bigint and c.kind = 'cluster_baseline' and c.state in ('approved','scheduled','executing','verifying','failed','closed')`
    if (!row) return null
    const text = manifestText(await loadItems(tx, row.planHash, { prefix: 'baseline/' }))
    if (sha256Hex(text) !== row.manifest)
      throw new Error(`the stored baseline of change ${number} is not what was approved`)
    return { text, version: row.version }
  })
}
