import type { Database } from '#lib/db/client.ts'
import type { ViewerDatabase } from '#lib/db/platform-database.ts'
import type { Queue } from '#lib/jobs/queue.ts'
import type { ReceiverDialer } from '#lib/ports/audit-receiver.ts'
import type { ChatDialer } from '#lib/ports/chat.ts'
import type { ClusterDialer } from '#lib/ports/cluster.ts'
import type { FeedReader } from '#lib/ports/feed-reader.ts'
import type { LdapDialer } from '#lib/ports/ldap.ts'
import type { Mailer } from '#lib/ports/mailer.ts'
import type { ServiceNowDialer } from '#lib/ports/servicenow.ts'
import type { Signer } from '#lib/ports/signer.ts'
import type { SourceHost } from '#lib/ports/source-host.ts'
import type { Sealer, Vault } from '#lib/ports/vault.ts'

/** What every command receives first. The web process holds nothing more: no outside system, no opened secret. */
export type Platform = ViewerDatabase & {
  db: Database
  queue: Pick<Queue, 'enqueue'>
  /** Stores credentials that only the worker can open. */
  sealer: Sealer
  /** May the worker call this address at all (OUTBOUND_ALLOW)? */
  allowsOutbound(url: string): boolean
  settings: {
    /** Where people and links reach us. */
    publicUrl: string
    /** Where clusters reach us. */
    hooksUrl: string
    /** Where clusters fetch repositories: `<gitUrl>/<org>/<name>.git`. */
    gitUrl: string
    /** Root of the derived inbound HMAC keys. */
    webhookKey: string
    /** How long the namespace of an offboarded service is kept before it goes. */
    quarantineMinutes: number
  }
}

/** What the worker's steps receive: the platform and the outside world. */
export type WorkerPlatform = Platform & {
  worker: string
  sourceHost: SourceHost
  clusters: ClusterDialer
  mailer: Mailer
  /** Opens the webhooks of tenants' chat channels. */
  chats: ChatDialer
  /** Fetches feeds of facts. */
  feeds: FeedReader
  /** Opens directory servers. */
  ldap: LdapDialer
  /** Opens receivers of the audit chains. */
  receivers: ReceiverDialer
  /** Opens tenants' instances of ServiceNow. */
  serviceNow: ServiceNowDialer
  vault: Vault
  signer: Signer
  /** Text of the program that verifies an evidence pack; a copy goes into each. */
  verifier: string
  log: {
    info(facts: object, text: string): void
    warn(facts: object, text: string): void
    error(facts: object, text: string): void
  }
}
