import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import { type RealCluster, realCluster } from '#lib/testing/real-cluster.ts'
import {
  ask,
  atHead,
  kustomizationOf,
  type RealService,
  realServices,
  settled,
} from '#lib/testing/real-service.ts'
import { explained } from './evidence.ts'
import { readKustomization } from './readiness.ts'
import { unsaid } from './silence.ts'
import { parseTenantObject, renderTenantSet } from './tenant-set.ts'

const VARIABLE = ['$', '{CLUSTER_NAME}'].join('')
const OVERLAY = 'deploy/overlays/prod/kustomization.yaml'
const BASE = 'deploy/base/kustomization.yaml'

const deployment = (more = '') => `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 0
${more}  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: example/web:1}]}
`
const configMap = (name: string, value = 'x') =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata: {value: "${value}"}\n`
const FILES: Record<string, string> = {
  [OVERLAY]: 'resources:\n  - ../../base\n',
  [BASE]: 'resources:\n  - deployment.yaml\n  - settings.yaml\n',
  'deploy/base/deployment.yaml': deployment(),
  'deploy/base/settings.yaml': configMap('settings'),
}

let real: RealCluster
let at: Awaited<ReturnType<typeof realServices>>

beforeAll(async () => {
  real = await realCluster()
  at = await realServices(real, FILES)
})

afterAll(async () => {
  await at?.close()
})

test('a misspelt kustomization.yaml prunes everything while Flux says Ready', async () => {
  const { verdict } = await at.after(await at.begun('misspelt'), {
    [OVERLAY]: 'resource:\n  - ../../base\n',
  })
  expect(verdict).toMatchObject({ status: 'ready_but', trouble: { code: 'nothing_applied' } })
  expect(verdict.trouble.detail).toMatch(
    /Deployment pay-misspelt-prod\/web was pruned.*`resource:`/,
  )
})

test('an overlay that leaves nothing that runs is said', async () => {
  const { verdict } = await at.after(await at.begun('hollow'), {
    [BASE]: 'resources:\n  - settings.yaml\n',
  })
  expect(verdict).toMatchObject({ status: 'ready_but', trouble: { code: 'workloads_pruned' } })
})

test('a field that Kubernetes drops is named', async () => {
  const { verdict } = await at.after(await at.begun('dropped'), {
    'deploy/base/deployment.yaml': deployment('  replica: 2\n'),
  })
  expect(verdict).toMatchObject({ status: 'ready_but', trouble: { code: 'fields_dropped' } })
  expect(verdict.trouble.detail).toContain('`spec.replica`')
})

test('ciphertext is seen in Git, where a Secret would hold it, and in a ConfigMap', async () => {
  const service = await at.begun('sealed')
  const secret = 'apiVersion: v1\nkind: Secret\nmetadata: {name: db}\n'
  const ciphertext = 'ENC[AES256_GCM,data:aGk=,iv:aQ==,tag:dA==,type:str]'
  const { found, service: sealed } = await at.after(service, {
    [BASE]: 'resources:\n  - deployment.yaml\n  - settings.yaml\n  - secret.yaml\n',
    'deploy/base/secret.yaml': `${secret}stringData: {password: "${ciphertext}"}\nsops: {mac: "${ciphertext}", version: 3.9.0}\n`,
  })
  expect(found.findings[0]).toMatchObject({ code: 'ciphertext_applied' })
  expect(found.findings[0]?.detail).toContain('Secret db')
  const plain = await at.after(sealed, {
    'deploy/base/settings.yaml': configMap('settings', ciphertext),
  })
  expect(plain.verdict.trouble.detail).toContain('ConfigMap pay-sealed-prod/settings (value)')
})

test('a variable is left as it is when somebody took the substitution away', async () => {
  const service = await at.begun('literal')
  const object = renderTenantSet(service.target)
    .map(({ yaml }) => parseTenantObject(yaml))
    .find(({ kind }) => kind === 'Kustomization')
  if (!object) throw new Error('no Kustomization')
  const { postBuild: _, ...spec } = object.spec as { postBuild: object }
  await real.hub.apply({ ...object, spec }, {})
  const { verdict } = await at.after(service, {
    'deploy/base/settings.yaml': configMap('settings', VARIABLE),
  })
  expect(verdict).toMatchObject({
    status: 'ready_but',
    trouble: { code: 'variable_not_replaced', whose: 'ours' },
  })
})

async function appears(
  object: KubernetesObject,
  is: (found: KubernetesObject) => boolean = () => true,
): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    const found = await real.admin.read(object)
    if (found && is(found)) return
    await pause(100)
  }
  throw new Error(`${object.kind} ${object.metadata.name} is not there`)
}

test('what a half-failed first apply made and Flux forgot is named', async () => {
  const both = {
    [BASE]: 'resources:\n  - deployment.yaml\n  - early.yaml\n  - late.yaml\n',
    'deploy/base/early.yaml': configMap('early'),
    'deploy/base/late.yaml': configMap('late'),
  }
  const service = await at.made('halfway', both)
  const { namespace } = service.target
  await real.hub.apply(parseTenantObject(renderTenantSet(service.target)[0]?.yaml ?? ''), {})
  await appears({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'kube-root-ca.crt', namespace },
  })
  const quota = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'tight', namespace } }
  await real.admin.apply({ ...quota, spec: { hard: { 'count/configmaps': '3' } } })
  await appears(
    quota,
    ({ status }) => (status as { used?: object } | undefined)?.used !== undefined,
  )
  await at.primed(service)
  const failed = await settled(real, service, ({ status }) => status === 'failing_retrying')
  expect(failed.verdict.trouble).toMatchObject({ code: 'quota_exceeded', whose: 'yours' })
  await appears({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'early', namespace } })
  // times of Kubernetes are whole seconds: what is as young as the apply may be on its way into the inventory
  await pause(1100)
  const { verdict } = await at.after(service, {
    [BASE]: 'resources:\n  - deployment.yaml\n',
  })
  expect(verdict).toMatchObject({ status: 'ready_but', trouble: { code: 'outside_inventory' } })
  expect(verdict.trouble.detail).toContain(`ConfigMap ${namespace}/early`)
})

const rightsOf = ({ target }: RealService) => {
  const binding = renderTenantSet(target)
    .map(({ yaml }) => parseTenantObject(yaml))
    .find(
      (object) =>
        object.kind === 'RoleBinding' && JSON.stringify(object.roleRef).includes('flux-tenant'),
    )
  if (!binding) throw new Error('no rights')
  return binding
}

test('a failure that comes again is not sent again: our look tells, and says that no event came', async () => {
  const service = await at.begun('again')
  const errors = () =>
    at.events.filter(
      ({ severity, involvedObject }) =>
        severity === 'error' && involvedObject.namespace === service.target.namespace,
    )
  const failing = async () => {
    await real.admin.remove(rightsOf(service))
    await ask(real, service, 'Kustomization')
    return settled(real, service, ({ status }) => status === 'failing_retrying')
  }
  const mended = async () => {
    await real.admin.apply(rightsOf(service), 'stairway')
    await ask(real, service, 'Kustomization')
    await settled(real, service, atHead(service))
  }
  let last = await failing()
  expect(last.verdict.trouble).toMatchObject({ code: 'rights_missing', whose: 'ours' })
  for (let tries = 0; tries < 50 && errors().length === 0; tries += 1) await pause(100)
  // the API server may refuse another verb first: a failure with other words is sent
  for (let sent = 0; sent !== errors().length; ) {
    sent = errors().length
    await mended()
    await pause(11_000)
    last = await failing()
    await pause(3000)
  }
  const { object, verdict } = last
  const lastError = new Date(errors().at(-1)?.timestamp ?? 0)
  const now = new Date(Date.now() + 120_000)
  expect(unsaid(verdict, object, { lastError, now }).trouble.detail).toContain(
    `Flux sent no event of it; the last it sent was at ${lastError.toISOString()}`,
  )
  await mended()
}, 120_000)

test('a deletion that is stuck while Ready stays True is said, with why', async () => {
  const service = await at.begun('stuck')
  await real.admin.remove(rightsOf(service))
  const found = await kustomizationOf(real, service)
  if (!found) throw new Error('no Kustomization')
  const { namespace } = service.target
  const { apiVersion, kind, metadata } = found
  await real.hub.remove({ apiVersion, kind, namespace, name: metadata.name }, metadata.uid)
  await pause(8000)
  const object = await kustomizationOf(real, service)
  if (!object) throw new Error('it went')
  expect(readKustomization(object).status).toBe('deleting')
  const verdict = readKustomization(object, { now: new Date(Date.now() + 10 * 60_000) })
  expect(verdict).toMatchObject({ status: 'ready_but', trouble: { code: 'deletion_stuck' } })
  const told = await real.hub.list({ apiVersion: 'v1', kind: 'Event', namespace })
  expect(explained(verdict, object, told).trouble).toMatchObject({
    code: 'deletion_stuck',
    detail: expect.stringContaining('pruning for deleted resource failed'),
  })
  await real.admin.apply(rightsOf(service), 'stairway')
})
