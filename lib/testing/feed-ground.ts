import type { SourceKind } from '#lib/entitlements/sources/kinds.ts'
import { previewService } from '#lib/onboarding/preview-service.ts'
import { readSource } from '#lib/onboarding/sources/read-source.ts'
import type { Row } from '#sandbox/feeds/rows.ts'
import { FEEDS_TOKEN, startFeeds } from './feeds.ts'
import { inProcessWorker } from './in-process-worker.ts'
import { aRequest, testOrganisation } from './organisation.ts'

export type FeedGround = Awaited<ReturnType<typeof feedGround>>

/** The demonstration organisation with its feeds set up and none of them read, a worker that reads them, and what a form of Ada's says of a check. */
export async function feedGround() {
  const feeds = await startFeeds()
  const organisation = await testOrganisation({
    feeds: { url: feeds.https, token: FEEDS_TOKEN, caPem: feeds.caPem },
  })
  const worker = inProcessWorker(organisation)
  const sql = <T>(text: string, ...values: unknown[]): Promise<T[]> =>
    organisation.owner.inContext({ actor: 'sys:test', tenants: [] }, (tx) =>
      tx.$queryRawUnsafe<T[]>(text, ...values),
    )
  /** Alters what the database guards, as somebody with direct access could. */
  const unguarded = async (table: string, change: string): Promise<void> => {
    await sql(`alter table ${table} disable trigger user`)
    await sql(`update ${table} ${change}`)
    await sql(`alter table ${table} enable trigger user`)
  }
  return {
    organisation,
    worker,
    sql,
    unguarded,
    /** Reads a source now, with other rows where they are given, however many would go. */
    async read(kind: SourceKind, rows?: readonly Row[]): Promise<void> {
      if (rows) await feeds.rows(kind, rows)
      await sql(
        `update source_state set next_at = now(), accepted_digest = null where kind = $1`,
        kind,
      )
      await unguarded('fact_source', 'set max_removed_percent = 100')
      await readSource(worker.platform, kind)
    },
    /** `outcome reason: finding` of a check in the form, for a request of tier 2. */
    async said(id: string, differs: Parameters<typeof aRequest>[1] = {}): Promise<string> {
      const ada = await organisation.viewer('ada.okafor')
      const request = aRequest('further', { tier: 2, ...differs })
      const seen = await previewService(organisation.platform, ada, { request })
      const found = seen.ok && seen.value.checks.find(({ checkId }) => checkId === id)
      if (!found) throw new Error(JSON.stringify(seen).slice(0, 500))
      return `${found.outcome} ${found.reasonCode}: ${found.finding}`
    },
    async close(): Promise<void> {
      await worker.close()
      await organisation.close()
      await feeds.stop()
    },
  }
}
