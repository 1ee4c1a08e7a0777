import { readAttesters, takeCome } from '#lib/auth/access-grant-store.ts'
import type { WorkerPlatform } from '#lib/runtime/platform.ts'
import { tellOfAccess } from './tell-of-access.ts'

/** Tells who attests in a tenant that grants there are due, overdue, or past their grace: each grant once for each of the three in one period, all of a tenant at once. */
export async function tellOfReviews(
  platform: Pick<WorkerPlatform, 'db' | 'queue' | 'settings'>,
): Promise<void> {
  await platform.db.inContext(
    { actor: 'sys:worker', tenants: [], reason: 'access review' },
    async (tx) => {
      for (const { tenantId, tenant, name, stage, grants, at } of await takeCome(tx)) {
        const title = `${grants} ${grants === 1 ? 'grant' : 'grants'} in ${name}`
        const about = { id: `${tenantId}.${at}`, tenantId, title, link: `/access/${tenant}` }
        const people = await readAttesters(tx, tenantId)
        await tellOfAccess(platform, tx, { about, event: `access.${stage}`, people })
      }
    },
  )
}
