import { afterEach, beforeAll, expect, test } from 'vitest'
import type { Check } from '#lib/fleet/preflight/check.ts'
import { preflight } from '#lib/fleet/preflight/preflight.ts'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import { type RealCluster, realCluster } from '#lib/testing/real-cluster.ts'
import { expectedOnCluster, gatherEvidence } from './gather-evidence.ts'

let real: RealCluster
const restore: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  real = await realCluster()
})
afterEach(async () => {
  for (const undo of restore.splice(0)) await undo()
})

async function look(cluster = real.hub): Promise<Check[]> {
  const facts = await cluster.observe()
  return preflight(await gatherEvidence(cluster, facts, new Date()), expectedOnCluster())
}

const failing = (checks: readonly Check[]) =>
  checks.filter(({ outcome }) => outcome !== 'pass').map(({ id, outcome }) => `${id} ${outcome}`)

/** Puts an object in another state, and back after the test. */
async function plant(object: KubernetesObject): Promise<void> {
  await real.admin.apply(object, 'administrator')
}

const rendered = (kind: string, name: string): KubernetesObject => {
  const { policies, policyBindings, tenantRole } = expectedOnCluster()
  const found = [...policies, ...policyBindings, tenantRole].find(
    (object) => object.kind === kind && object.metadata.name === name,
  )
  if (!found) throw new Error(`nothing renders ${kind} ${name}`)
  return found
}

test('with exactly the hub’s rights a good cluster passes every check', async () => {
  const checks = await look()
  expect(checks.filter(({ outcome }) => outcome !== 'pass')).toEqual([])
})

test('a tenants’ role with one rule more is found', async () => {
  const role = rendered('ClusterRole', 'flux-tenant-reconciler')
  restore.push(() => plant(role))
  const more = { apiGroups: [''], resources: ['resourcequotas'], verbs: ['delete'] }
  await plant({ ...role, rules: [...(role.rules as object[]), more] })
  expect(failing(await look())).toEqual(['tenant_role fail'])
})

test('a policy that only warns, and one that is gone, are found', async () => {
  const binding = rendered('ValidatingAdmissionPolicyBinding', 'flux-tenant-appliers')
  const policy = rendered('ValidatingAdmissionPolicy', 'flux-tenant-sources')
  restore.push(
    () => plant(binding),
    () => plant(policy),
  )
  await plant({ ...binding, spec: { ...(binding.spec as object), validationActions: ['Warn'] } })
  await real.admin.remove(policy)
  const [check] = await look()
  expect(check).toMatchObject({ id: 'admission_policies', outcome: 'fail' })
  expect(check?.evidence).toMatch(/no policy flux-tenant-sources.*flux-tenant-appliers differs/)
})

test('a controller without its lockdown, and with an insecure flag, is found', async () => {
  const deployment = await real.admin.read({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'kustomize-controller', namespace: 'flux-system' },
  })
  type Spec = { template: { spec: { containers: { args: string[] }[] } } }
  const spec = deployment?.spec as Spec
  const withArgs = (args: string[]): KubernetesObject => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: 'kustomize-controller',
      namespace: 'flux-system',
      labels: deployment?.metadata.labels ?? {},
    },
    spec: {
      ...spec,
      template: {
        ...spec.template,
        spec: {
          ...spec.template.spec,
          containers: spec.template.spec.containers.map((each) => ({ ...each, args })),
        },
      },
    },
  })
  const args = spec.template.spec.containers[0]?.args ?? []
  restore.push(() => plant(withArgs(args)))
  await plant(withArgs(['--insecure-kubeconfig-tls=true', '--concurrent=1']))
  expect(failing(await look())).toEqual([
    'cross_namespace_refs fail',
    'default_service_account fail',
    'remote_bases fail',
    'insecure_kubeconfig fail',
    'concurrency warn',
  ])
})

test('what the quotas promise is held against what the nodes have', async () => {
  const check = (await look()).find(({ id }) => id === 'capacity')
  expect(check).toMatchObject({ outcome: 'pass' })
  expect(check?.evidence).toMatch(
    /^[1-9]\d* nodes? with [1-9][\d.]* CPU and [1-9][\d.]* GiB; \d+ quotas? promising/,
  )
})

test('an account without rights is told which it lacks; nothing that it may not read passes', async () => {
  await real.admin.apply({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'powerless', namespace: 'default' },
  })
  const powerless = await real.dialAs({ namespace: 'default', name: 'powerless' })
  const facts = await real.hub.observe()
  const evidence = await gatherEvidence(powerless, facts, new Date())
  const checks = preflight(evidence, expectedOnCluster())
  const by = Object.fromEntries(checks.map((check) => [check.id, check]))
  expect(by.own_rights).toMatchObject({ outcome: 'fail' })
  expect(by.own_rights?.remedy).toContain('resources: ["namespaces"]')
  for (const id of [
    'flux_present',
    'remote_bases',
    'tenant_role',
    'admission_policies',
    'pod_security',
  ])
    expect(by[id], id).toMatchObject({
      outcome: 'unknown',
      remedy: expect.stringContaining('verbs:'),
    })
})
