import type { Secrets } from './folder.ts'

export type Ports = Record<
  | 'web'
  | 'worker'
  | 'postgres'
  | 'identity'
  | 'git'
  | 'smtp'
  | 'mail'
  | 'siem'
  | 'siemTls'
  | 'siemTcp'
  | 'siemPage'
  | 'feeds'
  | 'feedsPage'
  | 'servicenow'
  | 'chat'
  | 'fleet'
  | 'clusters',
  number
>

/** Ports of everything: the defaults, or counted from a base, so that two can run side by side. */
export function portsFrom(base: number | undefined, web: number | undefined): Ports {
  const from = base ?? 4100
  const first = base ?? 3000
  return {
    web: web ?? first,
    worker: first + 1,
    postgres: from + 10,
    identity: from + 20,
    git: from + 30,
    smtp: from + 40,
    mail: from + 41,
    ...laterPorts(from + 41),
    fleet: from + 50,
    clusters: from + 100,
  }
}

type Later =
  | 'siem'
  | 'siemTls'
  | 'siemTcp'
  | 'siemPage'
  | 'servicenow'
  | 'chat'
  | 'feeds'
  | 'feedsPage'

/** Those that came later are counted from that of the mail's page: a layout of an older release has none of its own. */
export function laterPorts(mail: number): Pick<Ports, Later> {
  const siem = { siem: mail + 1, siemTls: mail + 2, siemTcp: mail + 3, siemPage: mail + 4 }
  return { ...siem, servicenow: mail + 5, chat: mail + 6, feeds: mail + 7, feedsPage: mail + 8 }
}

/**
 * How web and worker keep memory small when nothing happens; deploy/Dockerfile says the same. Freed memory goes back to the system from 128 KiB on:
 * glibc else raises its own threshold with each large buffer (mallopt(3), M_TRIM_THRESHOLD). Young objects get 8 MiB instead of 16, in three halves.
 */
export const SPARING = {
  MALLOC_TRIM_THRESHOLD_: '131072',
  NODE_OPTIONS: '--max-semi-space-size=8',
}

type Input = { secrets: Secrets; ports: Ports; gitWritesPerMinute?: number; isDev?: boolean }

/** Beyond any pace of one machine: the stand-in has no limit of its own to keep. */
const WRITES_PER_MINUTE = 100_000

/** The environment of each process on embedded defaults: the same keys that production gives. */
export function environments({
  secrets,
  ports,
  gitWritesPerMinute = WRITES_PER_MINUTE,
  isDev = false,
}: Input) {
  const database = (role: string, password: string) =>
    `postgresql://stairway_${role}:${password}@127.0.0.1:${ports.postgres}/stairway`
  const publicUrl = `http://localhost:${ports.web}`
  const gitUrl = `http://127.0.0.1:${ports.git}`
  const shared = {
    PUBLIC_URL: publicUrl,
    HOOKS_URL: `http://127.0.0.1:${ports.web}`,
    GIT_URL: gitUrl,
    WEBHOOK_KEY: secrets.webhook,
    QUARANTINE_MINUTES: '1',
    METRICS_TOKEN: secrets.metrics,
    OUTBOUND_ALLOW: `http://127.0.0.1:${ports.git},https://127.0.0.1:*,ldaps://127.0.0.1:*,smtp://127.0.0.1:${ports.smtp},syslogs://127.0.0.1:${ports.siemTls},syslog://127.0.0.1:${ports.siemTcp},http://127.0.0.1:${ports.servicenow},http://127.0.0.1:${ports.chat}`,
    NODE_ENV: isDev ? ('development' as const) : ('production' as const),
  }
  const issuer = `http://127.0.0.1:${ports.identity}`
  return {
    owner: { OWNER_DATABASE_URL: database('owner', secrets.owner) },
    seed: {
      FLEET_CONTROL_URL: `http://127.0.0.1:${ports.fleet}`,
      FLEET_CONTROL_TOKEN: secrets.control,
      SEALING_PUBLIC_KEY: secrets.sealingPublic,
      SCIM_TOKEN: secrets.scim,
      OIDC_ISSUER: issuer,
      FEEDS_URL: `https://127.0.0.1:${ports.feeds}`,
      FEEDS_PAGE_URL: `http://127.0.0.1:${ports.feedsPage}`,
      FEEDS_TOKEN: secrets.feeds,
    },
    web: {
      ...shared,
      DATABASE_URL: database('app', secrets.app),
      PORT: String(ports.web),
      OIDC_ISSUER: issuer,
      OIDC_CLIENT_ID: 'stairway',
      OIDC_CLIENT_SECRET: secrets.clientSecret,
      NEXTAUTH_SECRET: secrets.nextAuth,
      NEXTAUTH_URL: publicUrl,
      SEALING_PUBLIC_KEY: secrets.sealingPublic,
      NEXT_SERVER_ACTIONS_ENCRYPTION_KEY: secrets.actions,
      NEXT_TELEMETRY_DISABLED: '1',
    },
    worker: {
      ...shared,
      DATABASE_URL: database('worker', secrets.worker),
      WORKER_PORT: String(ports.worker),
      SEALING_PRIVATE_KEY: secrets.sealingPrivate,
      SIGNING_PRIVATE_KEY: secrets.signing,
      GITHUB_API_URL: gitUrl,
      GITHUB_TOKEN: secrets.git,
      GIT_WRITES_PER_MINUTE: String(gitWritesPerMinute),
      SMTP_URL: `smtp://127.0.0.1:${ports.smtp}`,
      MAIL_FROM: 'Stairway <stairway@bank.example>',
    },
  }
}
