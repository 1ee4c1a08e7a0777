import { AdapterError } from '#lib/adapter-error.ts'
import { record } from '#lib/audit/store.ts'
import { canonicalJson } from '#lib/canonical.ts'
import type { Transaction } from '#lib/db/client.ts'
import {
  ageCostCodes,
  withKnownTenants,
  writeCostCodes,
} from '#lib/entitlements/cost-code-store.ts'
import {
  endReading,
  endReplacing,
  holdReading,
  removalBy,
  replaceRecords,
  type TakenSource,
  takeSource,
} from '#lib/entitlements/source-store.ts'
import type { SourceKind, SourceRecord } from '#lib/entitlements/sources/kinds.ts'
import { isMassRemoval } from '#lib/entitlements/sources/mass-change.ts'
import { parseFeed } from '#lib/entitlements/sources/parse-feed.ts'
import { sha256Bytes } from '#lib/hash.ts'
import { PLATFORM_TENANT } from '#lib/id.ts'
import type { WorkerPlatform } from '#lib/runtime/platform.ts'

const SCOPE = { actor: 'sys:worker', tenants: [PLATFORM_TENANT], reason: 'source read' }
/** Longer than a reading may take. */
const LEASE_SECONDS = 120
/** Seconds after the first failure; doubled with each, at most 15 minutes. */
const FIRST_WAIT = 5
/** How far the clock of a source may be ahead of ours. */
const SKEW_MS = 5 * 60_000

type Found = { digest: Uint8Array<ArrayBuffer>; asOf: Date; records: SourceRecord[] | 'same' }

/**
 * Reads one source as a whole and puts it in the place of what was known, in one transaction, once. A source that fails, says something unreadable or is older than what is
 * known changes nothing: what is known grows old, until the checks say so. One that would take away more than it may is held until a person accepts that very feed.
 */
export async function readSource(platform: WorkerPlatform, kind: SourceKind): Promise<void> {
  const source = await platform.db.inContext(SCOPE, (tx) => takeSource(tx, kind, LEASE_SECONDS))
  if (!source) return
  const found = await look(platform, source)
  const lost = Symbol('another reading has taken over')
  try {
    await platform.db.inContext(SCOPE, async (tx) => {
      if (!(await keep(tx, source, found))) throw lost
    })
  } catch (error) {
    if (error !== lost) throw error
    platform.log.info({ kind }, 'another reading of the source has taken over; this one is dropped')
  }
}

async function look(
  platform: WorkerPlatform,
  source: TakenSource,
): Promise<Found | { trouble: string }> {
  const { kind, transport, address, caPem, format } = source
  try {
    const token = source.token && platform.vault.open(source.token.sealed, source.token)
    const feed = await platform.feeds.read({ transport, address, caPem, token })
    const parsed = parseFeed(kind, format, feed.text)
    if (!parsed.ok) return { trouble: parsed.error.problems.join('; ') }
    const { records } = parsed.value
    // of what it says, not of its bytes: a feed that is written anew says the same
    const digest = sha256Bytes(canonicalJson(records))
    const isSame = source.digest !== null && Buffer.compare(digest, source.digest) === 0
    const asOf = parsed.value.asOf ?? feed.writtenAt ?? source.now
    const trouble = ageTrouble(source, asOf)
    return trouble ? { trouble } : { digest, asOf, records: isSame ? 'same' : records }
  } catch (error) {
    if (error instanceof AdapterError) return { trouble: `${error.reason}: ${error.detail}` }
    platform.log.error({ kind, error }, 'a source could not be read')
    return { trouble: 'Stairway itself failed on it; its log says how' }
  }
}

function ageTrouble({ asOf: known, now }: TakenSource, asOf: Date): string | undefined {
  if (asOf.getTime() > now.getTime() + SKEW_MS)
    return `the feed says that it was written at ${asOf.toISOString()}, which is to come`
  return known && asOf < known
    ? `the feed was written at ${asOf.toISOString()}, before the one that was read last`
    : undefined
}

/** Writes what was found; false when another reading has taken over, and nothing may be committed. */
async function keep(
  tx: Transaction,
  source: TakenSource,
  found: Found | { trouble: string },
): Promise<boolean> {
  if ('trouble' in found)
    return endReading(tx, source, {
      // words of a feed may stand in it: only what can be stored
      trouble: found.trouble.replaceAll(/[\p{Cc}\p{Surrogate}]/gu, ' ').slice(0, 1000),
      afterSeconds: FIRST_WAIT,
    })
  const { kind, everyMinutes, maxRemovedPercent } = source
  const { digest, asOf } = found
  if (found.records === 'same') {
    if (kind === 'finance') await ageCostCodes(tx, asOf)
    return endReading(tx, source, { asOf, everyMinutes })
  }
  const records = kind === 'finance' ? await withKnownTenants(tx, found.records) : found.records
  const removal = await removalBy(tx, kind, records)
  const accepted = source.accepted !== null && Buffer.compare(digest, source.accepted) === 0
  if (isMassRemoval(removal, maxRemovedPercent) && !accepted) {
    const first = await holdReading(tx, source, { ...removal, digest, everyMinutes })
    if (first) await tell(tx, 'source.held', source, { ...removal, digest: hex(digest) })
    return first !== undefined
  }
  const replaced = await replaceRecords(tx, source, { records, asOf })
  if (kind === 'finance') await writeCostCodes(tx, records, asOf)
  const troubled = records.filter((one) => 'trouble' in one).length
  const counts = { records: records.length, troubled }
  await tell(tx, 'source.read', source, { ...replaced, ...counts, digest: hex(digest) })
  return endReplacing(tx, source, { asOf, digest, ...counts })
}

function tell(
  tx: Transaction,
  action: 'source.held' | 'source.read',
  { id, kind }: TakenSource,
  facts: object,
): Promise<unknown> {
  return record(tx, { tenant: PLATFORM_TENANT, action, subject: id, payload: { kind, ...facts } })
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
