import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RealCluster, realCluster } from '#lib/testing/real-cluster.ts'
import { ask, type RealService, realServices, settled } from '#lib/testing/real-service.ts'
import { commitOf } from './readiness.ts'
import { seenOf } from './status.ts'
import type { Readiness } from './verdict.ts'

const OVERLAY = 'deploy/overlays/prod/kustomization.yaml'
const EXTRA = 'deploy/base/extra.yaml'
const FILES: Record<string, string> = {
  [OVERLAY]: 'resources:\n  - ../../base\n',
  'deploy/base/kustomization.yaml': 'resources:\n  - settings.yaml\n  - extra.yaml\n',
  'deploy/base/settings.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n',
  [EXTRA]: 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: extra}\n',
}

let real: RealCluster
let at: Awaited<ReturnType<typeof realServices>>
let alpha: RealService
let beta: RealService
beforeAll(async () => {
  real = await realCluster()
  at = await realServices(real, FILES)
  alpha = await at.begun('alpha')
  beta = await at.begun('beta')
})
afterAll(() => at?.close())

/** What the service page says of a push of the tenant's own. */
async function attempt(files: Record<string, string>): Promise<Readiness> {
  alpha = await at.pushed(alpha, files)
  await ask(real, alpha, 'GitRepository')
  const { verdict } = await settled(
    real,
    alpha,
    (seen, found) =>
      commitOf(seenOf(found).attemptedRevision) === alpha.head &&
      /^failing|stalled|ready/.test(seen.status),
  )
  return verdict
}

const FLUX = 'kustomize.toolkit.fluxcd.io/v1'
const kustomization = (spec: string) =>
  `apiVersion: ${FLUX}\nkind: Kustomization\nmetadata: {name: mine}\nspec: {interval: 10m, prune: true, path: ./, ${spec}}\n`
const mine = 'sourceRef: {kind: GitRepository, name: alpha}'
const RBAC = 'apiVersion: rbac.authorization.k8s.io/v1'
const boss =
  'roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}'

test.each([
  [
    'read another tenant’s source',
    kustomization(
      'serviceAccountName: flux, sourceRef: {kind: GitRepository, name: beta, namespace: pay-beta-prod}',
    ),
    'kustomizations',
  ],
  [
    'act as another account',
    kustomization(`serviceAccountName: default, ${mine}`),
    'kustomizations',
  ],
  [
    'read a secret of another namespace into its manifests',
    kustomization(
      `serviceAccountName: flux, ${mine}, postBuild: {substituteFrom: [{kind: Secret, name: flux-system}]}`,
    ),
    'kustomizations',
  ],
  [
    'bring a source of its own',
    'apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata: {name: mine}\nspec: {interval: 10m, url: "https://git.elsewhere.example/x.git"}\n',
    'gitrepositories',
  ],
  [
    'widen its quota',
    'apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: stairway}\nspec: {hard: {pods: "9999"}}\n',
    'resourcequotas',
  ],
  [
    'give itself a role',
    `${RBAC}\nkind: RoleBinding\nmetadata: {name: mine}\n${boss}\nsubjects: [{kind: ServiceAccount, name: flux, namespace: pay-alpha-prod}]\n`,
    'rolebindings',
  ],
  [
    'administer the cluster',
    `${RBAC}\nkind: ClusterRoleBinding\nmetadata: {name: mine}\n${boss}\nsubjects: [{kind: ServiceAccount, name: flux, namespace: pay-alpha-prod}]\n`,
    'clusterrolebindings',
  ],
  [
    'open its network',
    'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: open}\nspec: {podSelector: {}, ingress: [{}]}\n',
    'networkpolicies',
  ],
])(
  'a tenant cannot %s by a push, and the page says which right is not its own',
  async (_, text, resource) => {
    const verdict = await attempt({ [EXTRA]: text })
    expect(verdict).toMatchObject({
      status: 'failing_retrying',
      trouble: { code: 'forbidden', whose: 'yours' },
    })
    expect(verdict.trouble.detail).toContain(`cannot patch resource "${resource}"`)
  },
)

const planted = (namespace: string, name: string) =>
  real.admin.read({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace } })

test('what names another namespace, in an object or in the overlay, lands in the tenant’s own', async () => {
  const named = `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: planted, namespace: ${beta.target.namespace}}\n`
  expect(await attempt({ [EXTRA]: named })).toMatchObject({ status: 'ready' })
  const moved = await attempt({
    [OVERLAY]: 'namespace: flux-system\nresources:\n  - ../../base\n',
    [EXTRA]: named,
  })
  expect(moved).toMatchObject({ status: 'ready' })
  expect(await planted(beta.target.namespace, 'planted')).toBeNull()
  expect(await planted('flux-system', 'planted')).toBeNull()
  expect(await planted(alpha.target.namespace, 'planted')).not.toBeNull()
})

test('a remote base is not built, even one that can be fetched, and the page says so', async () => {
  const access = await at.readAccess(beta)
  const { protocol, host } = new URL(beta.target.repository.cloneUrl)
  const url = `${protocol}//${access.username}:${access.password}@${host}/payments/beta.git//deploy/base?ref=main`
  const verdict = await attempt({ [OVERLAY]: `resources:\n  - ${url}\n` })
  expect(verdict).toMatchObject({
    status: 'failing_retrying',
    trouble: { code: 'remote_base', whose: 'yours' },
  })
  expect(verdict.trouble.detail).not.toContain(access.password)
})

test('the tenant’s account reads no Secret but its own namespace’s', async () => {
  const account = { namespace: alpha.target.namespace, name: 'flux' }
  const client = await real.dialAs(account)
  const of = (namespace: string) => client.list({ apiVersion: 'v1', kind: 'Secret', namespace })
  expect((await of(alpha.target.namespace)).length).toBeGreaterThan(0)
  for (const namespace of ['flux-system', beta.target.namespace, 'stairway-system'])
    await expect(of(namespace), namespace).rejects.toMatchObject({ reason: 'forbidden' })
})
