import fc from 'fast-check'
import { expect, test } from 'vitest'
import { stringify } from 'yaml'
import { KUBECONFIG_LIMIT, type KubeconfigFault, readKubeconfig } from './kubeconfig.ts'

const PEM = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n'
const CA = btoa(`# the authority\n${PEM}`)
const TOKEN = 'a-token-of-the-hub'

const entry = (cluster: object = {}, user: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Config',
  'current-context': 'hub',
  contexts: [
    { name: 'hub', context: { cluster: 'one', user: 'stairway' } },
    { name: 'mine', context: { cluster: 'one', user: 'me' } },
    { name: 'adrift', context: { cluster: 'gone', user: 'me' } },
    { name: 'nobody', context: { cluster: 'one', user: 'gone' } },
  ],
  clusters: [
    {
      name: 'one',
      cluster: {
        server: 'https://api.one.example:6443',
        'certificate-authority-data': CA,
        ...cluster,
      },
    },
  ],
  users: [
    { name: 'stairway', user: { token: TOKEN, ...user } },
    { name: 'me', user: { exec: { command: 'aws' } } },
  ],
})

const faultOf = (text: string, context?: string) => {
  const read = readKubeconfig(text, context)
  return read.ok ? 'taken' : read.error.fault
}

test('the current context gives address, authority and token; what stands between certificates is left out', () => {
  for (const text of [stringify(entry()), JSON.stringify(entry())])
    expect(readKubeconfig(text)).toEqual({
      ok: true,
      value: { endpoint: 'https://api.one.example:6443', caPem: PEM, token: TOKEN },
    })
})

test('another context may be named, and is judged by its own user', () => {
  const text = stringify(entry())
  expect(faultOf(text, 'hub')).toBe('taken')
  expect(readKubeconfig(text, 'mine')).toEqual({
    ok: false,
    error: { code: 'kubeconfig_refused', fault: 'exec_plugin', name: 'me' },
  })
  expect(faultOf(text, 'none')).toBe('context_missing')
  expect(faultOf(text, 'adrift')).toBe('cluster_missing')
  expect(faultOf(text, 'nobody')).toBe('user_missing')
})

const CLUSTER_FAULTS: [KubeconfigFault, object][] = [
  ['insecure', { 'insecure-skip-tls-verify': true }],
  ['insecure', { 'insecure-skip-tls-verify': 'yes' }],
  ['not_https', { server: 'http://api.one.example' }],
  ['not_a_kubeconfig', { server: 5 }],
  ['address_unfit', { server: 'api.one.example' }],
  ['address_unfit', { server: 'https://api.one.example/k8s/clusters/c-1' }],
  ['address_unfit', { server: 'https://me:secret@api.one.example' }],
  ['proxy', { 'proxy-url': 'socks5://localhost:1080' }],
  ['server_name', { 'tls-server-name': 'other' }],
  ['authority_file', { 'certificate-authority': '/etc/kubernetes/ca.crt' }],
  ['authority_missing', { 'certificate-authority-data': '' }],
  ['authority_unreadable', { 'certificate-authority-data': 'not base64!' }],
  ['authority_unreadable', { 'certificate-authority-data': btoa('no certificate') }],
]

test.each(CLUSTER_FAULTS)('a cluster is refused: %s %j', (fault, cluster) => {
  expect(faultOf(stringify(entry(cluster)))).toBe(fault)
})

const USER_FAULTS: [KubeconfigFault, object][] = [
  ['exec_plugin', { exec: { command: 'aws' } }],
  ['auth_provider', { 'auth-provider': { name: 'oidc' } }],
  ['password', { username: 'admin' }],
  ['password', { password: 'x' }],
  ['client_certificate', { 'client-certificate-data': 'x', 'client-key-data': 'y' }],
  ['client_certificate', { 'client-key': '/home/me/key.pem' }],
  ['token_file', { tokenFile: '/var/run/token' }],
  ['impersonation', { as: 'cluster-admin' }],
  ['token_missing', { token: null }],
  ['token_unfit', { token: 'two words here' }],
  ['token_unfit', { token: 'short' }],
]

test.each(USER_FAULTS)(
  'a user is refused, with or without a token beside: %s %j',
  (fault, user) => {
    expect(faultOf(stringify(entry({}, user)))).toBe(fault)
  },
)

test('a file is refused as a whole when it is no single plain document', () => {
  const text = stringify(entry())
  expect(faultOf(`# ${'x'.repeat(KUBECONFIG_LIMIT)}\n${text}`)).toBe('too_large')
  expect(faultOf(`${text}---\n${text}`)).toBe('several_documents')
  expect(faultOf('a: &a [x]\nb: [*a, *a]\n')).toBe('aliases')
  expect(faultOf(text.replace('current-context: hub', 'current-context: &c hub'))).toBe('aliases')
  expect(faultOf('a: [')).toBe('unreadable')
  expect(faultOf('['.repeat(50_000))).toBe('unreadable')
  for (const other of ['', 'words', '[]', 'kind: Secret', stringify({ ...entry(), kind: 'Pod' })])
    expect(['not_a_kubeconfig', 'unreadable']).toContain(faultOf(other))
  expect(faultOf(stringify({ ...entry(), 'current-context': '' }))).toBe('no_current_context')
  const twice = entry()
  expect(faultOf(JSON.stringify({ ...twice, users: [...twice.users, ...twice.users] }))).toBe(
    'name_twice',
  )
})

test('it never throws, whatever the text', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void readKubeconfig(text)))
  fc.assert(fc.property(fc.json(), (text) => void readKubeconfig(text)))
})

const PLANTED = fc.subarray(
  [
    ...CLUSTER_FAULTS.map(([, part]) => ({ cluster: part, user: {} })),
    ...USER_FAULTS.map(([, part]) => ({ cluster: {}, user: part })),
  ],
  {
    minLength: 1,
    maxLength: 4,
  },
)

test('a file with any of the faults, in any company, yields no access', () => {
  fc.assert(
    fc.property(PLANTED, fc.dictionary(fc.string(), fc.jsonValue()), (faults, beside) => {
      const cluster = Object.assign({}, ...faults.map((fault) => fault.cluster))
      const user = Object.assign({}, ...faults.map((fault) => fault.user))
      expect(readKubeconfig(JSON.stringify({ ...beside, ...entry(cluster, user) })).ok).toBe(false)
    }),
  )
})

test('what is taken is always a plain HTTPS address, certificates and one word', () => {
  const piece = fc.oneof(fc.constant('https://a.example:6443'), fc.webUrl(), fc.string())
  fc.assert(
    fc.property(piece, fc.string(), fc.string(), (server, token, beside) => {
      const file = entry({ server, 'certificate-authority-data': btoa(PEM) }, { token, beside })
      const read = readKubeconfig(JSON.stringify(file))
      if (!read.ok) return
      expect(new URL(read.value.endpoint).origin).toBe(read.value.endpoint)
      expect(read.value.endpoint).toMatch(/^https:/)
      expect(read.value.token).toMatch(/^\S{10,}$/)
    }),
  )
})
