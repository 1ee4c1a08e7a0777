import type { Transaction } from '#lib/db/client.ts'
import { hookKey, sha256Hex } from '#lib/hash.ts'
import { newId } from '#lib/id.ts'
import type { ClaimedTarget } from '#lib/runs/target-store.ts'
import type { WorkerPlatform } from '#lib/runtime/platform.ts'
import { type RunContext, requestOf } from './step.ts'

/**
 * Values for the credential-marked keys of each target's Secrets, by purpose. Minted once, sealed, and the same at every repeat;
 * those of all targets in at most three queries.
 */
export async function credentialsFor(
  platform: WorkerPlatform,
  run: RunContext,
  targets: readonly ClaimedTarget[],
): Promise<(target: ClaimedTarget) => Record<string, string>> {
  const repository = { org: run.gitOrg, name: requestOf(run).name }
  const minted = await mintedOnce(platform, run.tenantId, targets, async (purpose) => {
    const access = await platform.sourceHost.readAccess(repository, purpose.slice(PREFIX.length))
    return JSON.stringify(access)
  })
  return (target) => {
    const own = minted.get(purposeOf(target))
    if (!own) throw new Error(`no credential was minted for ${purposeOf(target)}`)
    return valuesOf(platform, run.tenantId, target, own)
  }
}

/**
 * Ends what was minted for a place before a moment, at the Git host and here, and mints anew. Safe to repeat: what is younger stays,
 * and the host's is ended first.
 */
export async function reissueCredentials(
  platform: WorkerPlatform,
  place: Place & { tenantId: string; gitOrg: string; service: string },
  before: Date,
): Promise<void> {
  const { tenantId } = place
  const scope = { actor: 'sys:rebuild', tenants: [tenantId], reason: 'the cluster was rebuilt' }
  const repository = { org: place.gitOrg, name: place.service }
  const purpose = purposeOf(place)
  const name = purpose.slice(PREFIX.length)
  const old = await platform.db.inContext(
    scope,
    (tx) => tx.$queryRaw<unknown[]>`
      select 1 from secret where tenant_id = ${tenantId} and purpose = ${purpose} and revoked_at is null and created_at < ${before}`,
  )
  if (old.length > 0) {
    await platform.sourceHost.revokeReadAccess(repository, name)
    await platform.db.inContext(
      scope,
      (tx) => tx.$executeRaw`
        update secret set revoked_at = clock_timestamp() where tenant_id = ${tenantId} and purpose = ${purpose} and revoked_at is null and created_at < ${before}`,
    )
  }
  await mintedOnce(platform, tenantId, [place], async () =>
    JSON.stringify(await platform.sourceHost.readAccess(repository, name)),
  )
}

/** The same values as they were minted, of one tenant's targets; undefined where none were. Nothing is made. */
export async function storedCredentials(
  platform: WorkerPlatform,
  tenantId: string,
  targets: readonly Place[],
): Promise<(target: Place) => Record<string, string> | undefined> {
  const scope = { actor: 'sys:worker', tenants: [tenantId] }
  const rows = await platform.db.inContext(scope, (tx) => loadSecrets(tx, tenantId, targets))
  const minted = opened(platform, tenantId, rows)
  return (target) => {
    const own = minted.get(purposeOf(target))
    return own === undefined ? undefined : valuesOf(platform, tenantId, target, own)
  }
}

type Place = Pick<ClaimedTarget, 'clusterId' | 'namespace'>

function valuesOf(
  { settings }: WorkerPlatform,
  tenant: string,
  { clusterId, namespace }: Place,
  { text, generation }: Minted,
): Record<string, string> {
  const { username, password } = JSON.parse(text) as { username: string; password: string }
  const key = hookKey(settings.webhookKey, { cluster: clusterId, tenant, generation })
  return {
    'git-username': username,
    'git-password': password,
    'hook-hmac': key,
    'receiver-token': sha256Hex(`${key}/receiver/${namespace}`),
  }
}

const PREFIX = 'git-read:'

/** Purpose under which the read token of a target is sealed. */
export function purposeOf({ clusterId, namespace }: Place): string {
  return `${PREFIX}${clusterId}/${namespace}`
}

/** Opens the sealed values of places, by purpose, or makes, seals and stores what is missing: two workers that race store one. */
async function mintedOnce(
  { db, vault }: WorkerPlatform,
  tenant: string,
  places: readonly Place[],
  make: (purpose: string) => Promise<string>,
): Promise<Map<string, Minted>> {
  const scope = { actor: 'sys:worker', tenants: [tenant] }
  let secrets = await db.inContext(scope, (tx) => loadSecrets(tx, tenant, places))
  const missing = secrets.filter(({ sealed }) => sealed === null)
  if (missing.length > 0) {
    const made = await Promise.all(
      missing.map(async ({ purpose }) => {
        const id = newId('sec')
        return { id, purpose, sealed: vault.seal(await make(purpose), { tenant, id, purpose }) }
      }),
    )
    secrets = await db.inContext(scope, async (tx) => {
      await insertSecrets(tx, { tenant, keyId: vault.keyId }, made)
      return loadSecrets(tx, tenant, places)
    })
  }
  return opened({ vault }, tenant, secrets)
}

/** A value as it was minted, and the generation of its cluster's hook keys. */
type Minted = { text: string; generation: number }

function opened(
  { vault }: Pick<WorkerPlatform, 'vault'>,
  tenant: string,
  secrets: readonly SecretRow[],
): Map<string, Minted> {
  return new Map(
    secrets.flatMap(({ id, purpose, sealed, generation }) =>
      id && sealed
        ? [[purpose, { text: vault.open(sealed, { tenant, id, purpose }), generation }]]
        : [],
    ),
  )
}

type SecretRow = {
  purpose: string
  generation: number
  /** Null where nothing is minted. */
  id: string | null
  sealed: Uint8Array | null
}

function loadSecrets(
  tx: Transaction,
  tenant: string,
  places: readonly Place[],
): Promise<SecretRow[]> {
  return tx.$queryRaw<SecretRow[]>`
    select p.purpose, c.hook_generation as generation, s.id, s.sealed
    from unnest(${places.map(purposeOf)}::text[], ${places.map(({ clusterId }) => clusterId)}::text[]) as p(purpose, cluster_id) join cluster c on c.id = p.cluster_id
      left join secret s on s.tenant_id = ${tenant} and s.purpose = p.purpose and s.revoked_at is null`
}

async function insertSecrets(
  tx: Transaction,
  { tenant, keyId }: { tenant: string; keyId: string },
  rows: readonly { id: string; purpose: string; sealed: Uint8Array }[],
): Promise<void> {
  const column = JSON.stringify(
    rows.map(({ id, purpose, sealed }) => ({
      id,
      purpose,
      sealed: Buffer.from(sealed).toString('hex'),
    })),
  )
  await tx.$executeRaw`
    insert into secret (id, tenant_id, purpose, sealed, key_id)
    select x.id, ${tenant}, x.purpose, decode(x.sealed, 'hex'), ${keyId} from jsonb_to_recordset(${column}::jsonb) as x(id text, purpose text, sealed text)
    on conflict (tenant_id, purpose) where revoked_at is null do nothing`
}
