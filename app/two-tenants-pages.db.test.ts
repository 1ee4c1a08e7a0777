import { afterAll, beforeAll, expect, test } from 'vitest'
import { listReviews, readAccess } from '#lib/auth/access-queries.ts'
import { may, type Permission } from '#lib/auth/permissions.ts'
import { readProfile } from '#lib/auth/queries.ts'
import { readFreezes, readSlots } from '#lib/calendar/queries.ts'
import { approvalsFor, decisionsBy } from '#lib/changes/approval-queries.ts'
import { findReaders, readConversation } from '#lib/changes/conversation-queries.ts'
import {
  delegationChoices,
  delegationsOf,
  listDelegations,
} from '#lib/changes/delegation-queries.ts'
import { listChanges, waitingFor } from '#lib/changes/list-queries.ts'
import { readChange } from '#lib/changes/page-queries.ts'
import { readPlan } from '#lib/changes/plan-queries.ts'
import { readReview } from '#lib/changes/review-queries.ts'
import { approvableTogether } from '#lib/changes/together-queries.ts'
import { catalogFacets, listCatalog, readItem } from '#lib/cmdb/catalog-queries.ts'
import { ownersNeeded } from '#lib/cmdb/owner-finding-queries.ts'
import { listEnvironments, listServices } from '#lib/cmdb/service-list-queries.ts'
import { findByName, listServiceEvents, readService } from '#lib/cmdb/service-queries.ts'
import { listWaivers } from '#lib/entitlements/waiver-queries.ts'
import { readPackState } from '#lib/evidence/queries.ts'
import { readDrift } from '#lib/fleet/drift-queries.ts'
import { readHolds } from '#lib/fleet/freeze-hold-queries.ts'
import { readPreference } from '#lib/notices/digest-queries.ts'
import { readFrame } from '#lib/notices/queries.ts'
import { readAdoptions } from '#lib/onboarding/adoption/adoption-queries.ts'
import { readFormOptions, readRequest, readRights } from '#lib/onboarding/form-queries.ts'
import { saveFreeze } from '#lib/onboarding/freezes/save-freeze.ts'
import { WhyAsked } from '#lib/onboarding/why/why.schema.ts'
import { readWhy, readWhyOptions } from '#lib/onboarding/why/why-queries.ts'
import { readLog, readRun, runPulse } from '#lib/runs/queries.ts'
import { readServiceNow } from '#lib/servicenow/queries.ts'
import { QUERIES } from '#lib/testing/declared.ts'
import { aFreeze } from '#lib/testing/freezes.ts'
import { type TestOrganisation, testOrganisation } from '#lib/testing/organisation.ts'
import { marksIn, type Payments, paymentsAtWork, rowsBeside } from '#lib/testing/two-tenants.ts'
import { webProcessOf } from '#lib/testing/web-process.ts'
import type { Viewer } from '#lib/viewer.ts'

let organisation: TestOrganisation
let payments: Payments
let chen: Viewer
let dana: Viewer
let ada: Viewer

beforeAll(async () => {
  organisation = await testOrganisation()
  webProcessOf(organisation)
  payments = await paymentsAtWork(organisation)
  chen = await organisation.viewer('chen.wei')
  dana = await organisation.viewer('dana.silva')
  ada = await organisation.viewer('ada.okafor')
  const scope = { tenants: ['payments'], environments: [], clusters: [] }
  const frozen = await saveFreeze(
    organisation.platform,
    await organisation.viewer('grace.kim'),
    aFreeze({ name: 'walled freeze', start: '2027-06-01T00:00', scope }),
  )
  const freezes = frozen.ok ? [frozen.value.freezeId] : []
  await organisation.owner.inContext(
    { actor: 'sys:test', tenants: [] },
    (tx) => tx.$executeRaw`
      insert into freeze_hold (id, tenant_id, instance_id, cluster_id, freezes)
      select 'fzh_walled', tenant_id, id, cluster_id, ${freezes} from service_instance where service_id = ${payments.serviceId} limit 1`,
  )
})
afterAll(() => organisation?.close())

type Reading =
  /** Asked with what is Payments'. */
  | ((viewer: Viewer) => Promise<unknown>)
  /** Whoever calls it asks first for a permission that nobody of a tenant's developers holds. */
  | { behind: Permission }

const on = () => organisation.platform
const waiting = () => payments.waiting

/** Every query that a page, a route or a frame of `app` calls. A new one is a new line here. */
const READINGS: Readonly<Record<string, Reading>> = {
  answerReports: { behind: 'audit.read' },
  approvableTogether: (viewer) => approvableTogether(on(), viewer),
  approvalsFor: (viewer) => approvalsFor(on(), viewer),
  catalogFacets: (viewer) => catalogFacets(on(), viewer),
  decisionsBy: (viewer) => decisionsBy(on(), viewer, {}),
  delegationChoices: (viewer) => delegationChoices(on(), viewer),
  delegationsOf: (viewer) => delegationsOf(on(), viewer),
  exportAudit: { behind: 'audit.read' },
  findReaders: (viewer) => findReaders(on(), viewer, { number: waiting().number, typed: 'a' }),
  findByName: async (viewer) => [
    await findByName(on(), viewer, 'walled'),
    await findByName(on(), viewer, `CHG-${payments.waiting.number}`),
  ],
  fleetCells: { behind: 'fleet.read' },
  fleetFacets: { behind: 'fleet.read' },
  listAudit: { behind: 'audit.read' },
  listCatalog: async (viewer) => [
    await listCatalog(on(), viewer, {}),
    await listCatalog(on(), viewer, { q: 'walled', tenant: 'payments' }),
  ],
  listDelegations: (viewer) => listDelegations(on(), viewer, {}),
  listChains: { behind: 'audit.read' },
  listChanges: (viewer) => listChanges(on(), viewer, { view: 'all', q: 'walled' }),
  listClusters: { behind: 'fleet.read' },
  listEnvironments: (viewer) => listEnvironments(on(), viewer),
  listServiceEvents: (viewer) =>
    listServiceEvents(on(), viewer, { serviceId: payments.serviceId, limit: 9 }),
  listServices: (viewer) =>
    listServices(on(), viewer, { view: 'all', sort: 'name', tenant: 'payments' }),
  listReviews: (viewer) => listReviews(on(), viewer),
  listSigningKeys: { behind: 'audit.read' },
  listTemplates: { behind: 'platform.read' },
  listTenants: { behind: 'platform.read' },
  listWaivers: (viewer) => listWaivers(on(), viewer, { waiver: payments.waiverId }),
  ownersNeeded: (viewer) => ownersNeeded(on(), viewer),
  readAccess: (viewer) => readAccess(on(), viewer, 'payments'),
  readAdoptions: (viewer) =>
    readAdoptions(on(), viewer, {
      planHash: payments.failed.planHash,
      tenantId: payments.tenant,
    }),
  readApprovalPolicies: { behind: 'platform.read' },
  readChange: (viewer) =>
    readChange(on(), viewer, { number: payments.waiting.number, seen: payments.failed.planHash }),
  readConversation: (viewer) => readConversation(on(), viewer, { changeId: waiting().changeId }),
  readCluster: { behind: 'fleet.read' },
  readDirectories: { behind: 'platform.manage' },
  readHeadLines: { behind: 'audit.read' },
  readSpan: { behind: 'audit.read' },
  readCoverable: { behind: 'platform.manage' },
  readDestinations: { behind: 'platform.read' },
  readSources: { behind: 'platform.read' },
  readStandardChoices: { behind: 'platform.manage' },
  readStandardToEdit: { behind: 'platform.manage' },
  readDrift: (viewer) => readDrift(on(), viewer, payments.serviceId),
  readEntitlementPolicies: { behind: 'platform.read' },
  readFormOptions: (viewer) =>
    readFormOptions(on(), viewer, { form: `edit:${payments.waiting.changeId}` }),
  readFreezes: (viewer) => readFreezes(on(), viewer),
  readFrame: (viewer) => readFrame(on(), viewer),
  readHolds: (viewer) => readHolds(on(), viewer, { serviceId: payments.serviceId }),
  readItem: (viewer) => readItem(on(), viewer, payments.serviceId),
  readJobs: { behind: 'platform.read' },
  readLog: (viewer) => readLog(on(), viewer, { runId: payments.running.runId }),
  readPack: { behind: 'audit.read' },
  readPackState: (viewer) => readPackState(on(), viewer, payments.failed.changeId),
  readPlan: (viewer) =>
    readPlan(on(), viewer, { hash: payments.waiting.planHash, before: payments.failed.planHash }),
  readEditorChoices: { behind: 'platform.manage' },
  readPolicyToEdit: { behind: 'platform.manage' },
  readPreference: (viewer) => readPreference(on(), viewer),
  readProfile: (viewer) => readProfile(on(), viewer),
  readReport: { behind: 'audit.read' },
  readRebuild: { behind: 'fleet.read' },
  readRequest: (viewer) => readRequest(on(), viewer, payments.waiting.number),
  readReview: (viewer) => readReview(on(), viewer, payments.waiting.changeId),
  readRights: (viewer) => readRights(on(), viewer),
  readRun: (viewer) => readRun(on(), viewer, { number: payments.running.number, attempt: 1 }),
  readScopeNames: { behind: 'platform.manage' },
  readService: (viewer) => readService(on(), viewer, { tenant: 'payments', slug: 'walled-ledger' }),
  readSlots: (viewer) => readSlots(on(), viewer, { changeId: waiting().changeId, kind: 'onboard' }),
  readServiceNow: (viewer) =>
    readServiceNow(on(), viewer, {
      id: payments.waiting.changeId,
      state: 'blocked',
      revision: 1,
      planHash: payments.waiting.planHash,
    }),
  readChannel: { behind: 'platform.read' },
  readSetting: { behind: 'platform.read' },
  readStandards: { behind: 'platform.read' },
  readTemplate: { behind: 'platform.read' },
  readTeamSuccess: { behind: 'platform.read' },
  readTenant: { behind: 'platform.read' },
  readWhy: (viewer) =>
    readWhy(
      on(),
      viewer,
      WhyAsked.parse({ tenant: 'payments', name: 'walled-waiting', costCode: 'CC-40718' }),
    ),
  readWhyOptions: (viewer) => readWhyOptions(on(), viewer, 'payments'),
  runPulse: (viewer) => runPulse(on(), viewer, payments.running.runId),
  waitingFor: (viewer) => waitingFor(on(), viewer),
}

test('every query that is called has its line, and no line is left of one that is gone', () => {
  expect(Object.keys(READINGS).sort()).toEqual([...QUERIES.keys()].sort())
})

const asked = Object.entries(READINGS).flatMap(([name, reading]) =>
  typeof reading === 'function' ? [{ name, reading }] : [],
)

test.each(asked)(
  '$name tells nobody of Lending of anything that is Payments’, and writes nothing',
  async ({ reading }) => {
    for (const viewer of [chen, dana]) {
      const before = await rowsBeside(organisation, viewer)
      expect(marksIn(await reading(viewer), payments)).toEqual([])
      expect(await rowsBeside(organisation, viewer)).toEqual(before)
    }
  },
)

/** Nothing of a tenant's is in them, or nothing that is Ada's. */
const WITHOUT_MARKS = [
  'approvableTogether',
  'approvalsFor',
  'catalogFacets',
  'decisionsBy',
  'delegationChoices',
  'delegationsOf',
  'findReaders',
  'listDelegations',
  'listEnvironments',
  'listReviews',
  'ownersNeeded',
  'readAccess',
  'readPackState',
  'readPreference',
  'readReview',
  'readServiceNow',
  'readSlots',
  'readWhyOptions',
  'runPulse',
  'waitingFor',
]

test.each(asked.filter(({ name }) => !WITHOUT_MARKS.includes(name)))(
  '$name, asked by Ada, tells of what is Payments’: the silence above is the wall’s',
  async ({ reading }) => {
    expect(marksIn(await reading(ada), payments)).not.toEqual([])
  },
)

const gated = Object.entries(READINGS).flatMap(([name, reading]) =>
  typeof reading === 'function' ? [] : [{ name, behind: reading.behind }],
)

test.each(gated)(
  '$name is called only behind $behind, which Chen does not hold',
  ({ name, behind }) => {
    expect(may(chen, behind)).toBe(false)
    for (const { name: file, text } of QUERIES.get(name) ?? []) {
      const gate = /if \(!may\(viewer, '([\w.]+)'\)\) notFound\(\)|= route\('([\w.]+)',/.exec(text)
      const permission = (gate?.[1] ?? gate?.[2]) as Permission | undefined
      expect(permission && may(chen, permission), `${file} asks for ${permission}`).toBe(false)
    }
  },
)

test('whoever may not read a tenant’s audit is not told of it by the queries either', async () => {
  const { exportAudit, listAudit, listChains } = await import('#lib/audit/queries.ts')
  for (const viewer of [chen, dana]) {
    const told = [
      await exportAudit(on(), viewer, { tenant: 'payments' }),
      await listAudit(on(), viewer, { q: `CHG-${payments.waiting.number}` }),
      await listChains(on(), viewer),
    ]
    expect(marksIn(told, payments)).toEqual([])
  }
})
