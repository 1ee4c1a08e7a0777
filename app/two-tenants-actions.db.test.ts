import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { may, type Permission } from '#lib/auth/permissions.ts'
import { ACTIONS, ROOT } from '#lib/testing/declared.ts'
import { aRequest, type TestOrganisation, testOrganisation } from '#lib/testing/organisation.ts'
import { platformActs } from '#lib/testing/platform-acts.ts'
import { marksIn, type Payments, paymentsAtWork, rowsBeside } from '#lib/testing/two-tenants.ts'
import type { Viewer } from '#lib/viewer.ts'
import { performances } from '#lib/web/action.ts'

let organisation: TestOrganisation
let payments: Payments
let viewers: { chen: Viewer; dana: Viewer }

beforeAll(async () => {
  organisation = await testOrganisation()
  payments = await paymentsAtWork(organisation)
  viewers = {
    chen: await organisation.viewer('chen.wei'),
    dana: await organisation.viewer('dana.silva'),
  }
})
afterAll(() => organisation?.close())

type Replay = {
  /** What somebody of Lending sends, with what is Payments'. */
  sends: () => unknown
  /** What they are answered where their role allows the act at all: a refusal, or `nothing` of Payments. */
  answered: string
}

const change = (of: 'waiting' | 'running' | 'failed') => payments[of].changeId
const theirs = (differs: Parameters<typeof aRequest>[1] = {}) => aRequest('walled-new', differs)
const reason = 'because'

/** Every action, by its name. A new action is a new line here. */
const REPLAYS: Readonly<Record<string, Replay>> = {
  readNoticesAction: { sends: () => ({}), answered: 'nothing' },
  endSessionsAction: {
    sends: () => ({ sessionId: payments.sessionId }),
    answered: 'nothing',
  },
  verifyChainsAction: { sends: () => ({}), answered: 'nothing' },
  previewServiceAction: {
    sends: () => ({ request: theirs(), changeId: change('waiting') }),
    answered: 'tenant_not_found',
  },
  previewItemAction: {
    sends: () => ({ request: theirs(), path: 'repo/README.md' }),
    answered: 'tenant_not_found',
  },
  requestServiceAction: {
    sends: () => ({ request: theirs(), changeId: change('waiting'), baseRevision: 1 }),
    answered: 'tenant_not_found',
  },
  askCheckWaiverAction: {
    sends: () => ({
      ...{ request: theirs(), changeId: change('waiting'), checkId: 'owning_team', rule: '' },
      ...{ subject: null, reason: `${reason}, for long`, days: 7 },
    }),
    answered: 'tenant_not_found',
  },
  settleCheckWaiverAction: {
    sends: () => ({ waiverId: payments.waiverId, act: 'grant' }),
    answered: 'waiver_not_found',
  },
  saveDraftAction: {
    sends: () => ({ form: `edit:${change('waiting')}`, body: { name: 'mine' } }),
    answered: 'nothing',
  },
  dropDraftAction: { sends: () => ({ form: `edit:${change('waiting')}` }), answered: 'nothing' },
  decideChangeAction: {
    sends: () => ({
      changeId: change('waiting'),
      planHash: payments.waiting.planHash,
      verdict: 'reject',
      comment: reason,
    }),
    answered: 'change_not_found',
  },
  approveTogetherAction: {
    sends: () => ({
      template: 'node-http-service@1',
      lines: [{ changeId: change('waiting'), planHash: payments.waiting.planHash }],
    }),
    answered: 'nothing',
  },
  commentOnChangeAction: {
    sends: () => ({ changeId: change('waiting'), body: reason }),
    answered: 'change_not_found',
  },
  preferNoticesAction: {
    sends: () => ({ daily: true, hour: 8, zone: 'UTC' }),
    answered: 'nothing',
  },
  delegateAction: {
    sends: () => ({
      delegateId: payments.ownerId,
      scope: { of: 'tenant', tenant: 'payments' },
      ...{ zone: 'UTC', from: '', until: '2090-01-01T00:00', reason },
    }),
    answered: 'delegation_not_yours',
  },
  findAbsencesAction: {
    sends: () => ({ text: 'BEGIN:VCALENDAR', zone: 'UTC' }),
    answered: 'nothing',
  },
  endDelegationAction: {
    sends: () => ({ delegationId: payments.delegationId, reason }),
    answered: 'delegation_not_found',
  },
  fillReviewAction: {
    sends: () => ({
      ...{ changeId: change('waiting'), planHash: 'a'.repeat(64), justified: true },
      ...{ happened: 'a queue was full', outcome: 'successful' },
    }),
    answered: 'change_not_found',
  },
  withdrawChangeAction: {
    sends: () => ({ changeId: change('waiting'), reason }),
    answered: 'change_not_found',
  },
  setWindowAction: {
    sends: () => ({
      changeId: change('waiting'),
      zone: 'UTC',
      notBefore: '2030-01-01T00:00',
      notAfter: '',
    }),
    answered: 'change_not_found',
  },
  closeFailedChangeAction: {
    sends: () => ({ changeId: change('failed'), reason }),
    answered: 'change_not_found',
  },
  operateServiceAction: {
    sends: () => ({ kind: 'suspend', serviceId: payments.serviceId, reason, hours: 1 }),
    answered: 'service_not_found',
  },
  askRepairAction: {
    sends: () => ({ instanceId: 'sin_walled', reason }),
    answered: 'service_not_found',
  },
  decideRepairAction: {
    sends: () => ({ repairId: 'drr_walled', verdict: 'approve' }),
    answered: 'repair_not_found',
  },
  retireServiceAction: {
    sends: () => ({
      serviceId: payments.serviceId,
      workloads: 'prune',
      reason,
      confirm: 'walled-ledger',
      planHash: '0'.repeat(64),
    }),
    answered: 'service_not_found',
  },
  rollBackAction: {
    sends: () => ({
      serviceId: payments.serviceId,
      environment: 'dev',
      clusters: [],
      commit: null,
      reason,
      planHash: '0'.repeat(64),
    }),
    answered: 'service_not_found',
  },
  retryRunAction: { sends: () => ({ runId: payments.failed.runId }), answered: 'run_not_found' },
  lookAgainAction: { sends: () => ({ runId: payments.running.runId }), answered: 'run_not_found' },
  askEvidenceAction: {
    sends: () => ({ changeId: change('failed') }),
    answered: 'change_not_found',
  },
  cancelRunAction: { sends: () => ({ runId: payments.running.runId }), answered: 'run_not_found' },
  keepAccessAction: {
    sends: () => ({ tenant: 'payments', grants: [grantOfTheirs()] }),
    answered: 'access_not_yours',
  },
  removeAccessAction: {
    sends: () => ({ tenant: 'payments', ...grantOfTheirs(), reason }),
    answered: 'access_not_yours',
  },
}

function grantOfTheirs() {
  return { principalId: payments.ownerId, role: 'owner', seen: '0'.repeat(64) }
}

/** What a line says of an action, whoever's it is. */
function replayOf(name: string): Replay | undefined {
  const sends = platformActs(payments.clusterId)[name]
  return sends ? { sends, answered: 'not_permitted' } : REPLAYS[name]
}

test('every action has its line, and no line is left of one that is gone', () => {
  const lines = [...Object.keys(REPLAYS), ...Object.keys(platformActs(''))]
  expect(lines.sort()).toEqual(ACTIONS.map(({ name }) => name).sort())
})

async function performed(file: string, name: string, viewer: Viewer, input: unknown) {
  const module = (await import(path.join(ROOT, file))) as Record<string, object>
  const perform = performances.get(module[name] ?? {})
  if (!perform) throw new Error(`${name} is not made by action()`)
  return perform(organisation.platform, viewer, input)
}

test.each(
  ACTIONS.flatMap((action) => (['chen', 'dana'] as const).map((who) => ({ ...action, who }))),
)('$name by $who of Lending reaches nothing of Payments', async ({ file, name, allows, who }) => {
  const replay = replayOf(name)
  const viewer = viewers[who]
  const before = await rowsBeside(organisation, viewer)
  const answer = await performed(file, name, viewer, replay?.sends())
  expect(await rowsBeside(organisation, viewer)).toEqual(before)
  const said = answer.ok ? 'nothing' : (answer.error as { code: string }).code
  expect(said).toBe(may(viewer, allows as Permission) ? replay?.answered : 'not_permitted')
  expect(marksIn(answer, payments)).toEqual([])
})

test('the same inputs reach Payments’ rows where its own people send them', async () => {
  const ada = await organisation.viewer('ada.okafor')
  const ben = await organisation.viewer('ben.carter')
  for (const name of ['previewServiceAction'])
    expect(marksIn(await performedAs(ada, name), payments)).toContain('walled')
  for (const [viewer, name] of [
    [ada, 'requestServiceAction'],
    [ada, 'cancelRunAction'],
    [ben, 'retryRunAction'],
  ] as const) {
    const before = await rowsBeside(organisation, viewer)
    expect(await performedAs(viewer, name)).toMatchObject({ ok: true })
    expect(await rowsBeside(organisation, viewer)).not.toEqual(before)
  }
})

function performedAs(viewer: Viewer, name: string) {
  const file = ACTIONS.find((action) => action.name === name)?.file ?? ''
  return performed(file, name, viewer, replayOf(name)?.sends())
}
