import { hookKey, sha256Hex } from '#lib/hash.ts'
import { newId } from '#lib/id.ts'
import type { ClaimedTarget } from '#lib/runs/target-store.ts'
import type { WorkerPlatform } from '#lib/runtime/platform.ts'
import type { RunContext } from './step.ts'

/** Version of the derived hook keys; raising it rotates them. */
export const HOOK_KEY_VERSION = 1

/** Values for the credential-marked keys of a target's Secrets, by purpose. Minted once, sealed, and the same at every repeat. */
export async function credentialsFor(
  platform: WorkerPlatform,
  run: RunContext,
  target: ClaimedTarget,
): Promise<Record<string, string>> {
  const place = `${target.clusterId}/${target.namespace}`
  const git = await sealedOnce(platform, run.tenantId, `git-read:${place}`, async () => {
    const repository = { org: run.gitOrg, name: run.request.name }
    return JSON.stringify(await platform.sourceHost.readAccess(repository, place))
  })
  const { username, password } = JSON.parse(git) as { username: string; password: string }
  const key = hookKey(platform.settings.webhookKey, {
    cluster: target.clusterId,
    tenant: run.tenantId,
    version: HOOK_KEY_VERSION,
  })
  return {
    'git-username': username,
    'git-password': password,
    'hook-hmac': key,
    'receiver-token': sha256Hex(`${key}/receiver/${target.namespace}`),
  }
}

/** Opens the sealed value of a purpose, or makes, seals and stores it: two workers that race store one. */
async function sealedOnce(
  { db, vault }: WorkerPlatform,
  tenant: string,
  purpose: string,
  make: () => Promise<string>,
): Promise<string> {
  const scope = { actor: 'sys:worker', tenants: [tenant] }
  const stored = await db.inContext(scope, (tx) =>
    tx.secret.findFirst({ where: { tenant_id: tenant, purpose, revoked_at: null } }),
  )
  if (stored) return vault.open(stored.sealed, { tenant, id: stored.id, purpose })
  const id = newId('sec')
  const sealed = vault.seal(await make(), { tenant, id, purpose })
  await db.inContext(
    scope,
    (tx) =>
      tx.$executeRaw`insert into secret (id, tenant_id, purpose, sealed, key_id) values (${id}, ${tenant}, ${purpose}, ${sealed}, ${vault.keyId})
      on conflict (tenant_id, purpose) where revoked_at is null do nothing`,
  )
  return sealedOnce({ db, vault } as WorkerPlatform, tenant, purpose, make)
}
