import { createChatDialer } from '#lib/adapters/chat/webhook.ts'
import { createFeedReader } from '#lib/adapters/feed/reader.ts'
import { createClusterDialer } from '#lib/adapters/kubernetes/dialer.ts'
import { createLdapDialer } from '#lib/adapters/ldap/dialer.ts'
import { createServiceNowDialer } from '#lib/adapters/servicenow/instance.ts'
import { createReceiverDialer } from '#lib/adapters/siem/dialer.ts'
import { createVault } from '#lib/adapters/vault/sealing.ts'
import { connect } from '#lib/db/client.ts'
import type { Cluster, ClusterAccess } from '#lib/ports/cluster.ts'
import type { WorkerPlatform } from '#lib/runtime/platform.ts'
import type { TestOrganisation } from './organisation.ts'

export type InProcessWorker = {
  platform: WorkerPlatform
  /** Calls of the cluster port since the last time that this was asked, by method and kind. */
  calls(): string[]
  /** Runs before every call: to write in between, as others do. */
  before(hook: ((call: string) => Promise<void>) | undefined): void
  close(): Promise<void>
}

/** What jobs need, in the test's own process, so that each runs when the test says. */
export function inProcessWorker({
  platform,
  database,
  sealing,
}: TestOrganisation): InProcessWorker {
  const db = connect(database.workerUrl, { poolSize: 4, timeoutMs: 20_000 })
  const dialer = createClusterDialer({ allows: () => true })
  let calls: string[] = []
  let hook: ((call: string) => Promise<void>) | undefined
  const counted = (cluster: Cluster): Cluster =>
    new Proxy(cluster, {
      get(of, name: keyof Cluster) {
        const method = of[name] as ((...args: { kind?: string }[]) => Promise<unknown>) | undefined
        if (!method) return undefined
        if (name === 'watch') return of.watch
        return async (...args: { kind?: string }[]) => {
          const call = `${name} ${args[0]?.kind ?? ''}`
          calls.push(call)
          await hook?.(call)
          return method(...args)
        }
      },
    })
  return {
    platform: {
      ...platform,
      db,
      worker: 'in-process',
      receivers: createReceiverDialer({ allows: () => true, timeoutMs: 10_000 }),
      feeds: createFeedReader({ allows: () => true, folder: undefined, timeoutMs: 5000 }),
      ldap: createLdapDialer({ allows: () => true, timeoutMs: 5000 }),
      serviceNow: createServiceNowDialer({ allows: () => true, timeoutMs: 2000 }),
      chats: createChatDialer({ allows: () => true, timeoutMs: 2000 }),
      vault: createVault(sealing.privateKey),
      clusters: { dial: (access: ClusterAccess) => counted(dialer.dial(access)) },
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    } as unknown as WorkerPlatform,
    calls() {
      const made = calls
      calls = []
      return made
    },
    before(next) {
      hook = next
    },
    close: () => db.close(),
  }
}
