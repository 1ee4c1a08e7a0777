import { z } from 'zod'
import { outboundAllowList } from './outbound.ts'

const Url = z.url()
const Port = z.coerce.number().int().min(1).max(65_535)
const Secret = z.string().min(32, 'at least 32 characters')
const PAIR = /^[\w-]{43}\.[\w-]{43}$/
const PrivateHalf = z.string().regex(PAIR, 'not a private half; see scripts/new-secrets.ts')
const OutboundList = z.string().refine(isAllowList, 'an entry is not scheme://host:port')

/** The kinds of process that read configuration. */
export type Use = 'web' | 'worker' | 'migrate'
export type ConfigKey = {
  uses: readonly Use[]
  schema: z.ZodType
  about: string
  example: string
  secret?: true
}

/** Every key the product reads, in the order of the documentation. Secrets have no default. */
export const CONFIG_KEYS = {
  DATABASE_URL: {
    uses: ['web', 'worker'],
    schema: Url,
    secret: true,
    about: 'PostgreSQL of this process: role stairway_app for web, stairway_worker for the worker.',
    example: 'postgresql://stairway_app:…@db.bank.example:5432/stairway',
  },
  PUBLIC_URL: {
    uses: ['web', 'worker'],
    schema: Url,
    about: 'Where people reach Stairway; links and cookies use it.',
    example: 'https://stairway.bank.example',
  },
  HOOKS_URL: {
    uses: ['web', 'worker'],
    schema: Url,
    about: 'Where clusters reach Stairway with events. Usually PUBLIC_URL.',
    example: 'https://stairway.bank.example',
  },
  GIT_URL: {
    uses: ['web', 'worker'],
    schema: Url,
    about: 'Where clusters fetch repositories: <GIT_URL>/<organisation>/<name>.git.',
    example: 'https://github.bank.example',
  },
  PORT: {
    uses: ['web'],
    schema: Port.default(3000),
    about: 'Port the web process listens on.',
    example: '3000',
  },
  WORKER_PORT: {
    uses: ['worker'],
    schema: Port.default(3001),
    about: 'Port of the worker’s health and metrics.',
    example: '3001',
  },
  OIDC_ISSUER: {
    uses: ['web'],
    schema: Url,
    about: 'Issuer of the OpenID provider.',
    example: 'https://login.bank.example',
  },
  OIDC_CLIENT_ID: {
    uses: ['web'],
    schema: z.string().min(1),
    about: 'Client id at the provider.',
    example: 'stairway',
  },
  OIDC_CLIENT_SECRET: {
    uses: ['web'],
    schema: z.string().min(1),
    secret: true,
    about: 'Client secret at the provider.',
    example: '',
  },
  OIDC_STRONG_ACR: {
    uses: ['web'],
    schema: z
      .string()
      .default('')
      .transform((list) => list.split(/[\s,]+/).filter(Boolean)),
    about:
      'Classes of sign-in (`acr`) that count as more than one factor, separated by commas; asked of the provider at each sign-in. Methods (`amr`, RFC 8176) count by themselves.',
    example: 'phr,phrh',
  },
  NEXTAUTH_SECRET: {
    uses: ['web'],
    schema: Secret,
    secret: true,
    about: 'Encrypts the short-lived sign-in cookies.',
    example: '',
  },
  NEXTAUTH_URL: {
    uses: ['web'],
    schema: Url,
    about: 'The same as PUBLIC_URL, under the name that next-auth reads.',
    example: 'https://stairway.bank.example',
  },
  NEXT_SERVER_ACTIONS_ENCRYPTION_KEY: {
    uses: ['web'],
    schema: z.base64().length(44, '32 random bytes as base64'),
    secret: true,
    about:
      'Encrypts what forms carry back; the same on every replica. The build needs none: this one goes before the one it made.',
    example: '',
  },
  SEALING_PUBLIC_KEY: {
    uses: ['web'],
    schema: z.string().regex(/^[\w-]{43}$/, 'not a public half; see scripts/new-secrets.ts'),
    about: 'Public half of the sealing key: web stores credentials it cannot open.',
    example: '',
  },
  SEALING_PRIVATE_KEY: {
    uses: ['worker'],
    schema: PrivateHalf,
    secret: true,
    about: 'Private half of the sealing key; the worker alone has it.',
    example: '',
  },
  SIGNING_PRIVATE_KEY: {
    uses: ['worker'],
    schema: PrivateHalf,
    secret: true,
    about: 'Ed25519 key that signs audit heads and evidence packs; the worker alone has it.',
    example: '',
  },
  WEBHOOK_KEY: {
    uses: ['web', 'worker'],
    schema: Secret,
    secret: true,
    about: 'Root of the derived keys that sign events from clusters.',
    example: '',
  },
  QUARANTINE_MINUTES: {
    uses: ['web', 'worker'],
    schema: z.coerce.number().int().min(0).max(129_600).default(10_080),
    about: 'How long the namespace of an offboarded service is kept, emptied, before it goes.',
    example: '10080',
  },
  GITHUB_API_URL: {
    uses: ['worker'],
    schema: Url.default('https://api.github.com'),
    about: 'GitHub’s REST API, or that of GitHub Enterprise.',
    example: 'https://api.github.com',
  },
  GITHUB_TOKEN: {
    uses: ['worker'],
    schema: z.string().min(1),
    secret: true,
    about: 'Token that may create repositories in the tenants’ organisations.',
    example: '',
  },
  GITHUB_READ_TOKEN: {
    uses: ['worker'],
    schema: z.string().min(1).optional(),
    secret: true,
    about:
      'Read-only token with which clusters fetch repositories. GitHub needs it; a host that gives a token per target does not.',
    example: '',
  },
  GIT_WRITES_PER_MINUTE: {
    uses: ['worker'],
    schema: z.coerce.number().int().min(1).default(80),
    about:
      'Pace of writes to the Git host, of each worker: divide by their number. GitHub publishes 80 a minute for content.',
    example: '80',
  },
  FEEDS_FOLDER: {
    uses: ['worker'],
    schema: z.string().min(1).optional(),
    about: 'Folder that holds feeds of facts as files. Without it, sources are read by HTTPS only.',
    example: '/var/lib/stairway/feeds',
  },
  SMTP_URL: {
    uses: ['worker'],
    schema: z.string().regex(/^smtps?:\/\//, 'smtp:// or smtps://'),
    secret: true,
    about: 'Mail server.',
    example: 'smtps://user:…@mail.bank.example',
  },
  MAIL_FROM: {
    uses: ['worker'],
    schema: z.string().min(3),
    about: 'Sender of mails.',
    example: 'Stairway <stairway@bank.example>',
  },
  OUTBOUND_ALLOW: {
    uses: ['web', 'worker'],
    schema: OutboundList,
    about:
      'Comma-separated scheme://host:port that the worker may call; `*` for any port. Private addresses only where named.',
    example: 'https://github.bank.example:443,https://*.k8s.bank.example:6443',
  },
  METRICS_TOKEN: {
    uses: ['web', 'worker'],
    schema: z.string().min(16),
    secret: true,
    about: 'Bearer token that /metrics asks for.',
    example: '',
  },
  LOG_LEVEL: {
    uses: ['web', 'worker'],
    schema: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
    about: 'Least severe level that is logged.',
    example: 'info',
  },
  OWNER_DATABASE_URL: {
    uses: ['migrate'],
    schema: Url,
    secret: true,
    about: 'PostgreSQL as stairway_owner, who alone changes tables. No process that serves has it.',
    example: 'postgresql://stairway_owner:…@db.bank.example:5432/stairway',
  },
  ADMIN_DATABASE_URL: {
    uses: ['migrate'],
    schema: Url.optional(),
    secret: true,
    about:
      'PostgreSQL as somebody who may create roles and databases. Without it both are there already (prisma/roles.sql).',
    example: 'postgresql://postgres:…@db.bank.example:5432/postgres',
  },
  APP_DATABASE_PASSWORD: {
    uses: ['migrate'],
    schema: Secret.optional(),
    secret: true,
    about: 'Password that stairway_app is given; needed with ADMIN_DATABASE_URL.',
    example: '',
  },
  WORKER_DATABASE_PASSWORD: {
    uses: ['migrate'],
    schema: Secret.optional(),
    secret: true,
    about: 'Password that stairway_worker is given; needed with ADMIN_DATABASE_URL.',
    example: '',
  },
} as const satisfies Record<string, ConfigKey>

function isAllowList(text: string): boolean {
  try {
    outboundAllowList(text)
    return text.trim() !== ''
  } catch {
    return false
  }
}
