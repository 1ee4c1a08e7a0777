import { rootCertificates } from 'node:tls'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readCluster } from '#lib/fleet/queries.ts'
import { type TestOrganisation, testOrganisation } from '#lib/testing/organisation.ts'
import type { Viewer } from '#lib/viewer.ts'
import { registerByKubeconfig, replaceByKubeconfig } from './register-by-kubeconfig.ts'

const FACTS = {
  region: 'eu-west',
  zone: 'eu-a',
  environments: ['dev'],
  accreditedClass: 1,
  ingressNamespace: '',
}

let organisation: TestOrganisation
let grace: Viewer

beforeAll(async () => {
  organisation = await testOrganisation()
  grace = await organisation.viewer('grace.kim')
})
afterAll(() => organisation?.close())

const kubeconfig = (server: string, user: object, ca = rootCertificates[0] ?? '') =>
  JSON.stringify({
    'current-context': 'hub',
    contexts: [{ name: 'hub', context: { cluster: 'c', user: 'u' } }],
    clusters: [
      {
        name: 'c',
        cluster: { server, 'certificate-authority-data': Buffer.from(ca).toString('base64') },
      },
    ],
    users: [{ name: 'u', user }],
  })
const HERE = 'https://127.0.0.1:9443'
const TOKEN = { token: 'the-token-of-the-hub' }

const registered = async (name: string, text: string, context = '') => {
  const input = { ...FACTS, name, kubeconfig: text, context }
  const answer = await registerByKubeconfig(organisation.platform, grace, input)
  return answer.ok ? answer.value : answer.error
}

test('a kubeconfig with a token registers the cluster, its token sealed; what is no plain token is refused with why', async () => {
  const exec = kubeconfig(HERE, { exec: { command: 'aws' } })
  const refusal = { code: 'kubeconfig_refused', fault: 'exec_plugin', name: 'u' }
  expect(await registered('by-file', exec)).toEqual(refusal)
  const elsewhere = kubeconfig('https://metadata.internal', TOKEN)
  expect(await registered('by-file', elsewhere)).toMatchObject({ code: 'endpoint_not_allowed' })
  const forged = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'
  expect(await registered('by-file', kubeconfig(HERE, TOKEN, forged))).toMatchObject({
    code: 'certificate_unreadable',
  })
  expect(await readCluster(organisation.platform, grace, 'by-file')).toBeNull()
  expect(await registered('by-file', kubeconfig(HERE, TOKEN))).toMatchObject({ name: 'by-file' })
  expect(await readCluster(organisation.platform, grace, 'by-file')).toMatchObject({
    endpoint: HERE,
  })
})

test('new credentials come by kubeconfig only from the same cluster', async () => {
  const clusterId = (await readCluster(organisation.platform, grace, 'by-file'))?.id ?? ''
  const replaced = async (text: string) => {
    const input = { clusterId, kubeconfig: text }
    const answer = await replaceByKubeconfig(organisation.platform, grace, input)
    return answer.ok ? 'replaced' : answer.error.code
  }
  expect(await replaced(kubeconfig('https://127.0.0.1:9444', TOKEN))).toBe('kubeconfig_of_another')
  expect(await replaced(kubeconfig(HERE, { username: 'me' }))).toBe('kubeconfig_refused')
  expect(await replaced(kubeconfig(HERE, { token: 'the-next-token-of-it' }))).toBe('replaced')
})
