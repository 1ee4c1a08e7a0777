import { loadBytes, type Placed, type PlacedObject } from '#lib/fleet/drift-store.ts'
import { NAMES } from '#lib/flux/names.ts'
import { injectCredentials, parseTenantObject } from '#lib/flux/tenant-set.ts'
import { sha256Hex } from '#lib/hash.ts'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import type { WorkerPlatform } from '#lib/runtime/platform.ts'
import { storedCredentials } from '../steps/credentials.ts'

/** Objects by the hash of their bytes; what stands is compared again and again. Never altered. */
const parsed = new Map<string, KubernetesObject>()
const MOST_PARSED = 5000

export type Approved = { placed: PlacedObject; wanted: KubernetesObject }

/** The order in which kinds stand on each other. */
const ORDER = [
  'Namespace',
  'RoleBinding',
  'ServiceAccount',
  'ResourceQuota',
  'LimitRange',
  'NetworkPolicy',
  'ConfigMap',
  'Secret',
  'Provider',
  'Alert',
  'Receiver',
  'GitRepository',
]

/**
 * The approved objects behind an inventory, by their stored bytes, whose hashes are checked, in order of application. Secrets carry their minted values where
 * these are asked for; one without is left out.
 */
export async function approvedObjects(
  platform: WorkerPlatform,
  { targets, objects }: Placed,
  { secretsOf }: { secretsOf: ReadonlySet<string> },
): Promise<Approved[]> {
  const bodies = await bodiesOf(platform, { targets, objects })
  const credentials = await credentialsOf(
    platform,
    targets.filter(({ namespace }) => secretsOf.has(namespace)),
  )
  return objects
    .flatMap((placed) => {
      const object = bodies.get(placed.hash)
      if (!object) return []
      if (object.kind !== 'Secret') return [{ placed, wanted: object }]
      const values = credentials.get(placed.targetId)
      return values ? [{ placed, wanted: injectCredentials(object, values) }] : []
    })
    .sort((one, other) => rankOf(one.placed) - rankOf(other.placed))
}

function rankOf({ kind, name }: PlacedObject): number {
  // the hub's rights in the namespace come of its own binding there
  if (kind === 'RoleBinding' && name === NAMES.hubBinding) return 0.5
  const place = ORDER.indexOf(kind)
  return place === -1 ? ORDER.length : place
}

async function bodiesOf(
  platform: WorkerPlatform,
  { targets, objects }: Placed,
): Promise<ReadonlyMap<string, KubernetesObject>> {
  const tenants = [...new Set(targets.map(({ tenantId }) => tenantId))]
  const wanted = new Set(objects.map(({ hash }) => hash))
  const unknown = [...wanted].filter((hash) => !parsed.has(hash))
  const fresh =
    unknown.length === 0
      ? []
      : await platform.db.inContext({ actor: 'sys:worker', tenants }, (tx) =>
          loadBytes(tx, tenants, unknown),
        )
  const found = new Map<string, KubernetesObject>()
  for (const { hash, body } of fresh) {
    if (sha256Hex(body) !== hash) throw new Error(`stored bytes do not match their hash ${hash}`)
    found.set(hash, parseTenantObject(body))
  }
  for (const hash of wanted) {
    const known = parsed.get(hash)
    if (known) found.set(hash, known)
  }
  if (parsed.size + fresh.length > MOST_PARSED) parsed.clear()
  for (const { hash } of fresh) {
    const object = found.get(hash)
    if (object) parsed.set(hash, object)
  }
  return found
}

async function credentialsOf(
  platform: WorkerPlatform,
  targets: Placed['targets'],
): Promise<ReadonlyMap<string, Record<string, string>>> {
  const values = new Map<string, Record<string, string>>()
  for (const tenantId of new Set(targets.map((target) => target.tenantId))) {
    const own = targets.filter((target) => target.tenantId === tenantId)
    const credentials = await storedCredentials(platform, tenantId, own)
    for (const target of own) {
      const minted = credentials(target)
      if (minted) values.set(target.targetId, minted)
    }
  }
  return values
}
