import { isAlias, parseAllDocuments, visit } from 'yaml'
import { z } from 'zod'

/** What a kubeconfig gives to reach one API server by a token. */
export type KubeconfigAccess = { endpoint: string; caPem: string; token: string }

/** Why a kubeconfig is not taken. */
export type KubeconfigFault =
  | 'too_large'
  | 'unreadable'
  | 'several_documents'
  | 'aliases'
  | 'not_a_kubeconfig'
  | 'no_current_context'
  | 'context_missing'
  | 'cluster_missing'
  | 'user_missing'
  | 'name_twice'
  | 'insecure'
  | 'not_https'
  | 'address_unfit'
  | 'proxy'
  | 'server_name'
  | 'authority_file'
  | 'authority_missing'
  | 'authority_unreadable'
  | 'exec_plugin'
  | 'auth_provider'
  | 'password'
  | 'client_certificate'
  | 'token_file'
  | 'impersonation'
  | 'token_missing'
  | 'token_unfit'

/** A refusal, with the name in the file that it is about. */
export type KubeconfigRefusal = { code: 'kubeconfig_refused'; fault: KubeconfigFault; name: string }

export type KubeconfigRead =
  | { ok: true; value: KubeconfigAccess }
  | { ok: false; error: KubeconfigRefusal }

/** The longest file that is read, in characters. */
export const KUBECONFIG_LIMIT = 200_000

const LONGEST_ADDRESS = 300
const LONGEST_BUNDLE = 60_000

/**
 * Reads the current context of a kubeconfig, or the one that is named. Only a token, an authority inside the file and a plain HTTPS address are taken;
 * whatever else would change who connects, where to, or how far the answer is trusted, is refused rather than left out. Never throws.
 */
export function readKubeconfig(text: string, context?: string): KubeconfigRead {
  const file = parseFile(text)
  if (typeof file === 'string') return refused(file)
  const wanted = context || file['current-context']
  if (!wanted) return refused('no_current_context')
  const chosen = named(file.contexts, wanted)
  if (typeof chosen === 'string') return refused(`${chosen}_context`, wanted)
  const { cluster: clusterName, user: userName } = chosen.context
  const cluster = named(file.clusters, clusterName)
  if (typeof cluster === 'string') return refused(`${cluster}_cluster`, clusterName)
  const user = named(file.users, userName)
  if (typeof user === 'string') return refused(`${user}_user`, userName)
  const fault = clusterFault(cluster.cluster)
  if (fault) return refused(fault, clusterName)
  const unfit = userFault(user.user)
  if (unfit) return refused(unfit, userName)
  const caPem = authorityOf(cluster.cluster['certificate-authority-data'])
  if (!caPem) return refused('authority_unreadable', clusterName)
  return {
    ok: true,
    value: {
      endpoint: new URL(cluster.cluster.server).origin,
      caPem,
      token: user.user.token?.trim() ?? '',
    },
  }
}

const Name = z.string().min(1).max(500)
const Text = z.string().nullish()

const ClusterEntry = z.looseObject({
  server: z.string(),
  'insecure-skip-tls-verify': z.unknown().optional(),
  'certificate-authority': Text,
  'certificate-authority-data': Text,
  'proxy-url': Text,
  'tls-server-name': Text,
})

const UserEntry = z.looseObject({
  token: Text,
  tokenFile: Text,
  exec: z.unknown().optional(),
  'auth-provider': z.unknown().optional(),
})

const Kubeconfig = z.looseObject({
  kind: z.literal('Config').optional(),
  'current-context': Text,
  contexts: z.array(
    z.looseObject({ name: Name, context: z.looseObject({ cluster: Name, user: Name }) }),
  ),
  clusters: z.array(z.looseObject({ name: Name, cluster: ClusterEntry })),
  users: z.array(z.looseObject({ name: Name, user: UserEntry })),
})
type Kubeconfig = z.infer<typeof Kubeconfig>

function parseFile(text: string): Kubeconfig | KubeconfigFault {
  if (text.length > KUBECONFIG_LIMIT) return 'too_large'
  try {
    const documents = parseAllDocuments(text)
    if (documents.length > 1) return 'several_documents'
    const [document] = documents
    if (!document || !('contents' in document) || document.errors.length > 0) return 'unreadable'
    let aliased = false
    visit(document, {
      Node: (_key, node) => {
        aliased ||= isAlias(node) || node.anchor !== undefined
      },
    })
    if (aliased) return 'aliases'
    const parsed = Kubeconfig.safeParse(document.toJS({ maxAliasCount: 0 }))
    return parsed.success ? parsed.data : 'not_a_kubeconfig'
  } catch {
    return 'unreadable'
  }
}

/** The one entry of a name; two of one name would leave open which is meant. */
function named<T extends { name: string }>(
  entries: readonly T[],
  name: string,
): T | 'missing' | 'twice' {
  const [found, second] = entries.filter((entry) => entry.name === name)
  if (!found) return 'missing'
  return second ? 'twice' : found
}

const holds = (value: unknown) => value !== undefined && value !== null && value !== ''

function clusterFault(cluster: z.infer<typeof ClusterEntry>): KubeconfigFault | undefined {
  const insecure = cluster['insecure-skip-tls-verify']
  if (holds(insecure) && insecure !== false) return 'insecure'
  if (!URL.canParse(cluster.server)) return 'address_unfit'
  const url = new URL(cluster.server)
  if (url.protocol !== 'https:') return 'not_https'
  const plain = url.pathname === '/' && !url.search && !url.hash && !url.username && !url.password
  if (!plain || url.origin.length > LONGEST_ADDRESS) return 'address_unfit'
  if (holds(cluster['proxy-url'])) return 'proxy'
  if (holds(cluster['tls-server-name'])) return 'server_name'
  if (holds(cluster['certificate-authority'])) return 'authority_file'
  return holds(cluster['certificate-authority-data']) ? undefined : 'authority_missing'
}

const USER_FAULTS: readonly (readonly [KubeconfigFault, readonly string[]])[] = [
  ['exec_plugin', ['exec']],
  ['auth_provider', ['auth-provider']],
  ['password', ['username', 'password']],
  [
    'client_certificate',
    ['client-certificate', 'client-certificate-data', 'client-key', 'client-key-data'],
  ],
  ['token_file', ['tokenFile']],
  ['impersonation', ['as', 'as-uid', 'as-groups', 'as-user-extra']],
]

function userFault(user: z.infer<typeof UserEntry>): KubeconfigFault | undefined {
  for (const [fault, fields] of USER_FAULTS)
    if (fields.some((field) => holds(user[field]))) return fault
  const token = user.token?.trim()
  if (!token) return 'token_missing'
  return /^[\x21-\x7e]{10,20000}$/.test(token) ? undefined : 'token_unfit'
}

const ONE_PEM = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g

/** The certificates of a bundle without what stands between them; undefined when it holds none. */
function authorityOf(base64: string | null | undefined): string | undefined {
  try {
    const blocks = atob((base64 ?? '').replace(/\s/g, '')).match(ONE_PEM)
    const bundle = `${(blocks ?? []).join('\n')}\n`
    return blocks && bundle.length <= LONGEST_BUNDLE ? bundle : undefined
  } catch {
    return undefined
  }
}

type Missing = `${'missing' | 'twice'}_${'context' | 'cluster' | 'user'}`

const MISSING: Readonly<Record<Missing, KubeconfigFault>> = {
  missing_context: 'context_missing',
  missing_cluster: 'cluster_missing',
  missing_user: 'user_missing',
  twice_context: 'name_twice',
  twice_cluster: 'name_twice',
  twice_user: 'name_twice',
}

function refused(fault: KubeconfigFault | Missing, name = ''): KubeconfigRead {
  const known = fault in MISSING ? MISSING[fault as Missing] : (fault as KubeconfigFault)
  return {
    ok: false,
    error: { code: 'kubeconfig_refused', fault: known, name: name.slice(0, 100) },
  }
}
