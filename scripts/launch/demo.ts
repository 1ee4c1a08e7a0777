import { createSealer } from '#lib/adapters/vault/sealing.ts'
import { sessionTokenCookie } from '#lib/auth/cookies.ts'
import { endSession, loadViewer } from '#lib/auth/store.ts'
import { connect, type Database } from '#lib/db/client.ts'
import { viewerDatabase } from '#lib/db/platform-database.ts'
import { isBlocking } from '#lib/entitlements/check-result.ts'
import { sha256Bytes } from '#lib/hash.ts'
import { openQueue } from '#lib/jobs/queue.ts'
import { decideChange } from '#lib/onboarding/decide-change.ts'
import { type RequestService, titleOf } from '#lib/onboarding/request-service.schema.ts'
import { type RequestServiceError, requestService } from '#lib/onboarding/request-service.ts'
import type { Result } from '#lib/result.ts'
import type { Config } from '#lib/runtime/config.ts'
import { outboundAllowList } from '#lib/runtime/outbound.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'
import { WISHES, type Wish } from './demo-wishes.ts'
import { signInOverHttp } from './sign-in.ts'

type Settings = Pick<
  Config<'web'>,
  | 'DATABASE_URL'
  | 'PUBLIC_URL'
  | 'HOOKS_URL'
  | 'GIT_URL'
  | 'WEBHOOK_KEY'
  | 'SEALING_PUBLIC_KEY'
  | 'OUTBOUND_ALLOW'
>
type Demo = { platform: Platform; as(user: string): Promise<Viewer>; say(line: string): void }

const PATIENCE_MS = 120_000
const ACROSS = { actor: 'sys:demo', tenants: [], as: 'stairway_platform' } as const

/**
 * Fills the portal by real onboardings: each person signs in, asks or decides through the product's own commands, and signs out.
 * What was asked for before is not asked for again.
 */
export async function fillPortal(settings: Settings, say: (line: string) => void): Promise<void> {
  const db = connect(settings.DATABASE_URL, { poolSize: 2, timeoutMs: 30_000 })
  const queue = await openQueue(settings.DATABASE_URL)
  const people = signedIn(db, settings.PUBLIC_URL)
  const platform: Platform = {
    db,
    queue,
    sealer: createSealer(settings.SEALING_PUBLIC_KEY),
    allowsOutbound: outboundAllowList(settings.OUTBOUND_ALLOW).allows,
    ...viewerDatabase(db),
    settings: {
      publicUrl: settings.PUBLIC_URL,
      hooksUrl: settings.HOOKS_URL,
      gitUrl: settings.GIT_URL,
      webhookKey: settings.WEBHOOK_KEY,
      quarantineMinutes: 0,
    },
  }
  try {
    let asked = 0
    for (const wish of WISHES) asked += await grant({ platform, as: people.as, say }, wish)
    say(asked === 0 ? 'The portal is filled already.' : await untilSettled(db))
  } finally {
    await people.signOut()
    await queue.stop()
    await db.close()
  }
}

/** People of the demonstration who are signed in, each once, and out at the end. */
function signedIn(db: Database, publicUrl: string) {
  const sessions = new Map<string, { viewer: Viewer; hash: Uint8Array<ArrayBuffer> }>()
  return {
    async as(user: string): Promise<Viewer> {
      const known = sessions.get(user)
      if (known) return known.viewer
      const token = await signInOverHttp(publicUrl, user, sessionTokenCookie(publicUrl))
      const hash = sha256Bytes(token)
      const found = await db.inContext({ actor: 'sys:demo', tenants: [] }, (tx) =>
        loadViewer(tx, hash),
      )
      if (!found) throw new Error(`${user} is signed in, but has no session`)
      sessions.set(user, { viewer: found.viewer, hash })
      return found.viewer
    },
    async signOut(): Promise<void> {
      for (const { viewer, hash } of sessions.values())
        await db.inContext({ actor: viewer.id, tenants: [] }, (tx) => endSession(tx, hash))
    },
  }
}

/** Asks and decides for one wish, as far as that was not done. 1 when something was asked. */
async function grant({ platform, as, say }: Demo, wish: Wish): Promise<number> {
  const request = await requestFor(platform.db, wish)
  if (request.targets.length === 0 || (await changeTitled(platform.db, request))) return 0
  const viewer = await as(wish.by)
  const submitted = await patiently(() => requestService(platform, viewer, { request }))
  say(`${viewer.name} asks for ${request.name}: CHG-${submitted.number}, ${submitted.type}`)
  for (const { by, verdict = 'approve', comment = '' } of wish.decisions) {
    const decider = await as(by)
    const { changeId, planHash, number } = submitted
    const decided = await decideChange(platform, decider, { changeId, planHash, verdict, comment })
    if (decided.ok)
      say(`  ${decider.name}, ${decided.value.stage}: ${verdict.replace('_', ' ')} CHG-${number}`)
    else say(`  ${decider.name} could not decide on CHG-${number}: ${decided.error.code}`)
  }
  return 1
}

async function requestFor(db: Database, wish: Wish): Promise<RequestService> {
  const rows = await db.inContext(ACROSS, (tx) =>
    tx.cluster.findMany({ orderBy: { id: 'asc' }, select: { name: true, environments: true } }),
  )
  const targets = wish.environments.flatMap((environment) =>
    rows
      .filter((cluster) => cluster.environments.includes(environment))
      .slice(0, wish.clusters)
      .map((cluster) => ({ environment, cluster: cluster.name })),
  )
  const { template } = wish.request
  const parameters =
    template === 'static-site'
      ? { heading: wish.request.displayName }
      : template === 'java-spring-boot'
        ? { greeting: 'Hello', basePackage: 'com.example.loans' }
        : { greeting: 'Hello' }
  return { parameters, ...wish.request, targets }
}

async function changeTitled(db: Database, request: RequestService): Promise<boolean> {
  return db.inContext(ACROSS, async (tx) => {
    const where = { title: titleOf(request), tenant: { slug: request.tenant } }
    return (await tx.change.count({ where })) > 0
  })
}

/** Tries again while the worker has not looked at the clusters and the Git host for the first time. */
async function patiently<T>(attempt: () => Promise<Result<T, RequestServiceError>>): Promise<T> {
  for (const until = Date.now() + PATIENCE_MS; ; await pause(1000)) {
    const result = await attempt()
    if (result.ok) return result.value
    const { error } = result
    if (error.code === 'checks_failed' && Date.now() < until) continue
    const checks = error.code === 'checks_failed' ? error.checks.filter(isBlocking) : []
    throw new Error([error.code, ...checks.map((check) => check.finding)].join('; '))
  }
}

/** Waits until no run is under way; says what stands then. */
async function untilSettled(db: Database): Promise<string> {
  for (const until = Date.now() + PATIENCE_MS; ; await pause(500)) {
    const states = await db.inContext(ACROSS, (tx) =>
      tx.change.groupBy({ by: ['state'], _count: true }),
    )
    const count = (...names: string[]) =>
      states.reduce((sum, { state, _count }) => sum + (names.includes(state) ? _count : 0), 0)
    const moving = count('approved', 'scheduled', 'executing', 'verifying')
    if (moving > 0 && Date.now() < until) continue
    return `${count('closed')} changes ended, ${count('awaiting_approval')} wait for approval, ${count('changes_requested')} sent back, ${moving} under way.`
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
