import { afterAll, beforeAll, expect, test } from 'vitest'
import { compare, isSuspect } from '#lib/fleet/drift/compare.ts'
import type { ClaimedHold, HoldNow } from '#lib/fleet/freeze-hold-store.ts'
import { ACTS_MANAGER, FIELD_MANAGER } from '#lib/flux/names.ts'
import { parseTenantObject, renderTenantSet } from '#lib/flux/tenant-set.ts'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import { type RealCluster, realCluster } from '#lib/testing/real-cluster.ts'
import {
  kustomizationOf,
  type RealService,
  realServices,
  settled,
} from '#lib/testing/real-service.ts'
import { resumeFrom, suspendFor } from './hold-object.ts'

const FILES = {
  'deploy/overlays/prod/kustomization.yaml': 'resources:\n  - settings.yaml\n',
  'deploy/overlays/prod/settings.yaml':
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {value: "x"}\n',
}
const MANAGERS = { own: FIELD_MANAGER, acts: ACTS_MANAGER }
const NOBODY: HoldNow = {
  suspendedBy: null,
  handedOver: false,
  over: false,
  retiring: false,
  acting: false,
}

let real: RealCluster
let at: Awaited<ReturnType<typeof realServices>>
let service: RealService

beforeAll(async () => {
  real = await realCluster()
  at = await realServices(real, FILES)
  service = await at.begun('frozen')
})
afterAll(() => at?.close())

const nobody = async () => NOBODY

function holdOf(id: string, differs: Partial<ClaimedHold> = {}): ClaimedHold {
  return {
    ...{ id, tenantId: 'ten', instanceId: 'sin', serviceId: 'svc', service: service.name },
    ...{ cluster: 'c', namespace: service.target.namespace, environment: 'prod' },
    ...{ applier: 'Kustomization', state: 'asked', round: 1, attempts: 0, wasHeld: false },
    takenOver: false,
    ...{ until: null, freezes: ['Year end'], ...differs },
  }
}

/** The Kustomization as the plan has it. */
function planned(): KubernetesObject {
  const found = renderTenantSet(service.target)
    .map(({ yaml }) => parseTenantObject(yaml))
    .find(({ kind }) => kind === 'Kustomization')
  if (!found) throw new Error('the plan has no Kustomization')
  return found
}

async function live(): Promise<KubernetesObject> {
  const found = await kustomizationOf(real, service)
  if (!found) throw new Error('it is not there')
  return found
}

const isSuspended = async () => ((await live()).spec as { suspend?: boolean }).suspend === true

test('with the hub’s rights it is suspended, is no drift, outlives an apply of ours, and is resumed', async () => {
  const hold = holdOf('fzh_one')
  const suspended = { suspended: true, resumed: false }
  expect(await suspendFor(real.hub, hold, nobody)).toMatchObject({ state: 'held', did: suspended })
  await settled(real, service, ({ status }) => status === 'suspended')
  // who died before the record finds it done in this round; a look in a later one tells nothing twice
  expect(await suspendFor(real.hub, hold, nobody)).toMatchObject({ did: suspended })
  expect(await suspendFor(real.hub, { ...hold, round: 2 }, nobody)).toMatchObject({
    did: { suspended: false },
  })
  expect((await real.hub.apply(planned(), {})).outcome).not.toBe('conflict')
  const wanted = planned()
  expect(isSuspect(wanted, await live(), MANAGERS)).toBe(false)
  expect(compare({ wanted, live: await live(), wouldBe: null }, MANAGERS)).toBeNull()
  expect(await resumeFrom(real.hub, { ...hold, wasHeld: true }, nobody)).toMatchObject({
    ...{ state: 'released', did: { suspended: false, resumed: true } },
  })
  await settled(real, service, ({ status }) => status === 'ready')
  const after = await live()
  expect(after.spec).not.toHaveProperty('suspend')
  expect(after.metadata.annotations).not.toHaveProperty('stairway.internal/held-by-freeze')
})

test('what kubectl suspended before is left alone, and what it suspended anew meanwhile stays', async () => {
  await real.admin.edit(await live(), { spec: { suspend: true } }, 'kubectl-patch')
  expect(await suspendFor(real.hub, holdOf('fzh_two'), nobody)).toMatchObject({
    ...{ state: 'found', detail: 'suspended before by kubectl-patch' },
  })
  await real.admin.edit(await live(), { spec: { suspend: null } }, 'kubectl-patch')
  const hold = holdOf('fzh_three')
  await suspendFor(real.hub, hold, nobody)
  await real.admin.edit(await live(), { spec: { suspend: null } }, 'kubectl-patch')
  await real.admin.edit(await live(), { spec: { suspend: true } }, 'kubectl-patch')
  expect(await resumeFrom(real.hub, { ...hold, wasHeld: true }, nobody)).toMatchObject({
    ...{ state: 'kept', detail: 'stays suspended by kubectl-patch' },
  })
  expect(await isSuspended()).toBe(true)
  await real.admin.edit(await live(), { spec: { suspend: null } }, 'kubectl-patch')
})

test('a suspension that a person asks for here meanwhile stays', async () => {
  const hold = holdOf('fzh_four')
  await suspendFor(real.hub, hold, nobody)
  const ada = async () => ({
    suspendedBy: 'Ada Okafor',
    handedOver: false,
    over: false,
    retiring: false,
    acting: false,
  })
  expect(await resumeFrom(real.hub, { ...hold, wasHeld: true }, ada)).toMatchObject({
    ...{ state: 'kept', detail: 'stays suspended by Ada Okafor' },
  })
  expect(await isSuspended()).toBe(true)
})
