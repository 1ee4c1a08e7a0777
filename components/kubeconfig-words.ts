import type { KubeconfigFault } from '#lib/fleet/kubeconfig.ts'

type Words = readonly [happened: string, next: string]

const GET_A_TOKEN =
  'Put a token of the hub’s ServiceAccount in its place: kubectl --namespace stairway-system create token stairway --duration 8760h'
const CHOOSE = 'Name another context of the file, or mend the file.'
const INLINE = 'Make one that carries it: kubectl config view --minify --raw --flatten'
const DIRECT = 'Give the address, authority and token by hand where the worker reaches it directly.'

/** Why a kubeconfig is not taken, and what to do instead. */
const WORDS: Readonly<Record<KubeconfigFault, (name: string) => Words>> = {
  too_large: () => [
    'The kubeconfig is too large.',
    'Cut it down: kubectl config view --minify --raw --flatten',
  ],
  unreadable: () => ['The kubeconfig is not readable YAML.', 'Paste the whole file as it is.'],
  several_documents: () => ['There is more than one document in it.', 'Paste one kubeconfig.'],
  aliases: () => ['It uses YAML anchors or aliases.', 'Write each value where it belongs.'],
  not_a_kubeconfig: () => [
    'This is no kubeconfig.',
    'It needs contexts, clusters and users. Paste the output of: kubectl config view --minify --raw --flatten',
  ],
  no_current_context: () => ['It has no current context.', 'Name the context that is meant.'],
  context_missing: (name) => [`It has no context ${name}.`, CHOOSE],
  cluster_missing: (name) => [`It has no cluster ${name}, which its context names.`, CHOOSE],
  user_missing: (name) => [`It has no user ${name}, which its context names.`, CHOOSE],
  name_twice: (name) => [`${name} stands in it twice, so it is open which is meant.`, CHOOSE],
  insecure: (name) => [
    `The cluster ${name} sets insecure-skip-tls-verify; Stairway always verifies.`,
    'Take it out, and put the authority into certificate-authority-data.',
  ],
  not_https: (name) => [
    `The address of ${name} is not https, so the token would travel in the clear.`,
    'Use the https address of its API server.',
  ],
  address_unfit: (name) => [
    `The address of ${name} is not https://host:port alone.`,
    'Use the API server’s own address, not that of a gateway with a path.',
  ],
  proxy: (name) => [`The cluster ${name} is reached through a proxy-url.`, DIRECT],
  server_name: (name) => [
    `The cluster ${name} is verified by another name, tls-server-name.`,
    'Use an address that its certificate names.',
  ],
  authority_file: (name) => [
    `The authority of ${name} is in a file of your machine, which Stairway cannot read.`,
    INLINE,
  ],
  authority_missing: (name) => [
    `The cluster ${name} has no certificate-authority-data, so nothing could be verified.`,
    INLINE,
  ],
  authority_unreadable: (name) => [
    `The certificate-authority-data of ${name} holds no readable certificate.`,
    INLINE,
  ],
  exec_plugin: (name) => [
    `The user ${name} gets its token from a program (exec), and Stairway runs none.`,
    GET_A_TOKEN,
  ],
  auth_provider: (name) => [
    `The user ${name} signs in through an auth-provider, which is a person’s.`,
    GET_A_TOKEN,
  ],
  password: (name) => [`The user ${name} has a user name or password.`, GET_A_TOKEN],
  client_certificate: (name) => [
    `The user ${name} has a client certificate, which cannot be revoked. Only a token is taken.`,
    GET_A_TOKEN,
  ],
  token_file: (name) => [`The token of ${name} is in a file of your machine.`, GET_A_TOKEN],
  impersonation: (name) => [`The user ${name} acts as somebody else.`, GET_A_TOKEN],
  token_missing: (name) => [`The user ${name} has no token.`, GET_A_TOKEN],
  token_unfit: (name) => [
    `The token of ${name} is not one word of 10 characters or more.`,
    GET_A_TOKEN,
  ],
}

/** Words for a refused kubeconfig. */
export function kubeconfigWords(fault: unknown, name: unknown): Words {
  const words = WORDS[fault as KubeconfigFault] ?? WORDS.not_a_kubeconfig
  return words(typeof name === 'string' ? name : '')
}
