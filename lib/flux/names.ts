/** Our server-side apply field manager, and the value of managed-by on everything we place. */
export const FIELD_MANAGER = 'stairway'
/** The manager of what somebody asked of an object, apart from what we apply. */
export const ACTS_MANAGER = 'stairway-actions'

const PREFIX = 'stairway.internal'

/** Label and annotation keys on cluster objects; policies are rendered from the same constants. */
export const LABELS = {
  managedBy: 'app.kubernetes.io/managed-by',
  service: `${PREFIX}/service`,
  tenant: 'toolkit.fluxcd.io/tenant',
  role: 'toolkit.fluxcd.io/role',
  watch: 'reconcile.fluxcd.io/watch',
  /** Of a namespace whose service is offboarded: `quarantine`, `handed-over` or `left-behind`. */
  offboarding: `${PREFIX}/offboarding`,
} as const

/** Prefix of the annotations that list, per kind of source, the addresses a namespace may use; read by the cluster's policy for sources. */
export const SOURCES = `sources.${PREFIX}`
/** The list for Git. */
export const SOURCES_GIT = `${SOURCES}/git`

/** Annotations of a namespace whose service is offboarded: by which change, and until when it is kept. */
export const OFFBOARDED = {
  by: `${PREFIX}/offboarded-by`,
  until: `${PREFIX}/quarantine-until`,
} as const

/** Marks a key of a planned Secret: the value is the credential's purpose, never the credential. */
export const CREDENTIAL = `credentials.${PREFIX}`

export const NAMES = {
  serviceAccount: 'flux',
  tenantRole: 'flux-tenant-reconciler',
  hubClusterRole: 'stairway-hub',
  hubFence: 'stairway-hub-fence',
  hubRole: 'stairway-hub-tenant',
  hubBinding: 'stairway-hub',
  hubServiceAccount: 'stairway',
  hubNamespace: 'stairway-system',
  feedback: 'stairway',
  gitSecret: 'flux-git-auth',
  hookSecret: 'stairway-hmac',
  receiverSecret: 'flux-receiver-token',
  runtimeInfo: 'flux-runtime-info',
  /** Of what is asked for as a dry run only, to see that the policies refuse it. */
  probe: 'stairway-probe',
} as const
