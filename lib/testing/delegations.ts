import { approvalsFor } from '#lib/changes/approval-queries.ts'
import { PLATFORM_TENANT } from '#lib/id.ts'
import { decideChange } from '#lib/onboarding/decide-change.ts'
import type { Delegate } from '#lib/onboarding/delegations/delegate.schema.ts'
import { delegate } from '#lib/onboarding/delegations/delegate.ts'
import { requestService } from '#lib/onboarding/request-service.ts'
import type { Viewer } from '#lib/viewer.ts'
import { TEST_ONLY, type TestChanges, testChanges } from './changes.ts'
import { aRequest } from './organisation.ts'

const CAST = ['ada', 'ben', 'chen', 'dana', 'erik', 'farah', 'grace', 'hugo', 'iris'] as const
type Who = (typeof CAST)[number]
type Change = { changeId: string; number: number; planHash: string }
type Differs = Partial<Pick<Delegate, 'scope' | 'from' | 'until' | 'reason'>>
type Submitting = Parameters<typeof aRequest>[1]

export type Delegations = Record<Who, Viewer> & {
  changes: TestChanges
  platform: TestChanges['organisation']['platform']
  /** Id of the tenant. */
  payments: string
  group(name: string): string
  /** So many days from now, by the clocks of UTC. */
  face(days: number): string
  submitted(name: string, differs?: Submitting, viewer?: Viewer): Promise<Change>
  /** What a delegation of a week for Payments comes to: `ok`, or the code of the refusal. */
  tryDelegate(by: Viewer, to: { id: string }, differs?: Differs): Promise<string>
  delegated(by: Viewer, to: Viewer, differs?: Differs): Promise<string>
  /** One whose period is over. */
  past(by: Viewer, to: Viewer): Promise<void>
  /** An approval, own or for another: the state it leads to, or the code of the refusal. */
  vote(viewer: Viewer, change: Change, behalf?: Viewer): Promise<string>
  inbox(viewer: Viewer): Promise<{ number: number; delegator: string | null }[]>
  state(change: { changeId: string }): Promise<string>
  /** While the owners' stage asks for two. */
  twoOwners(work: () => Promise<void>): Promise<void>
  /** SQL in the name of somebody, as the tables' owner. */
  as(viewer: Viewer, sql: string, ...values: unknown[]): Promise<unknown>
  /** Ends every delegation. */
  reset(): Promise<void>
  /** The same, and nothing waits for anybody any more. */
  clear(): Promise<void>
}

/** A delegation of one person, for Payments unless it differs. */
export function asked(to: { id: string }, differs: Differs & { until: string }): Delegate {
  return {
    delegateId: to.id,
    scope: { of: 'tenant', tenant: 'payments' },
    ...{ zone: 'UTC', from: '', reason: '' },
    ...differs,
  }
}

/** The demonstration organisation, its people, and what tests of delegations do over and over. */
export async function testDelegations(): Promise<Delegations> {
  const changes = await testChanges()
  const { organisation, rows } = changes
  const { platform } = organisation
  const groups = new Map(
    (await rows<{ id: string; name: string }>(`select id, name from directory_group`)).map(
      ({ id, name }) => [name, id],
    ),
  )
  const [tenant] = await rows<{ id: string }>(`select id from tenant where slug = 'payments'`)
  const people = await castOf(changes)
  const tryDelegate: Delegations['tryDelegate'] = async (by, to, differs) => {
    const answer = await delegate(platform, by, asked(to, { until: face(7), ...differs }))
    return answer.ok ? 'ok' : answer.error.code
  }
  return {
    ...people,
    ...{ changes, platform, face, tryDelegate, payments: tenant?.id ?? '' },
    group: (name) => groups.get(name) ?? '',
    submitted: (name, differs = TEST_ONLY, viewer = people.ada) =>
      submit(changes, viewer, { name, differs }),
    async delegated(by, to, differs) {
      const answer = await delegate(platform, by, asked(to, { until: face(7), ...differs }))
      if (!answer.ok) throw new Error(JSON.stringify(answer.error))
      return answer.value.delegationId
    },
    async past(by, to) {
      await asPerson(changes, by)(
        `insert into delegation (id, tenant_id, delegator_id, delegate_id, starts_at, ends_at) values ('dlg_past', $1, $2, $3, now() - interval '2 days', now() - interval '1 day')`,
        ...[tenant?.id, by.id, to.id],
      )
    },
    async vote(viewer, { changeId, planHash }, behalf) {
      const answer = await decideChange(platform, viewer, {
        ...{ changeId, planHash, verdict: 'approve', comment: '' },
        ...(behalf && { onBehalfOf: behalf.id }),
      })
      return answer.ok ? answer.value.state : answer.error.code
    },
    async inbox(viewer) {
      const waiting = await approvalsFor(platform, viewer)
      return waiting.map(({ number, delegator }) => ({ number, delegator }))
    },
    async state({ changeId }) {
      const [row] = await rows<{ state: string }>(
        `select state from change where id = $1`,
        changeId,
      )
      return row?.state ?? ''
    },
    twoOwners: (work) => withTwoOwners(changes, work),
    as: (viewer, sql, ...values) => asPerson(changes, viewer)(sql, ...values),
    reset: () => reset(changes),
    async clear() {
      await reset(changes)
      await rows(`update approval_stage set state = 'void' where state in ('open', 'waiting')`)
    },
  }
}

/** So many days from now, as a face of UTC's clocks. */
function face(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 16)
}

async function castOf({ organisation }: TestChanges): Promise<Record<Who, Viewer>> {
  const users = { ada: 'okafor', ben: 'carter', chen: 'wei', dana: 'silva', erik: 'lund' }
  const rest = { farah: 'haddad', grace: 'kim', hugo: 'meyer', iris: 'novak' }
  const names = Object.entries({ ...users, ...rest })
  const viewers = await Promise.all(
    names.map(async ([first, last]) => [first, await organisation.viewer(`${first}.${last}`)]),
  )
  return Object.fromEntries(viewers)
}

async function submit(
  { organisation }: TestChanges,
  viewer: Viewer,
  { name, differs }: { name: string; differs: Submitting },
): Promise<Change> {
  const request = aRequest(name, differs)
  const answer = await requestService(organisation.platform, viewer, { request })
  if (!answer.ok) throw new Error(JSON.stringify(answer.error).slice(0, 500))
  return answer.value
}

function asPerson({ organisation }: TestChanges, viewer: Viewer) {
  const scope = { actor: viewer.id, tenants: [PLATFORM_TENANT] }
  return (sql: string, ...values: unknown[]) =>
    organisation.owner.inContext(scope, (tx) => tx.$queryRawUnsafe(sql, ...values))
}

async function withTwoOwners({ rows }: TestChanges, work: () => Promise<void>): Promise<void> {
  await rows(
    `insert into approval_policy_version (policy_id, version, tenant_id, scope, body, hash, effective_from, proposed_by, approved_by)
     select v.policy_id, 2, v.tenant_id, v.scope, jsonb_set(v.body, '{stages,0,quorum}', '2'), sha256('two owners'), clock_timestamp(), 'sys:one', 'sys:other'
     from approval_policy_version v join approval_policy p on p.id = v.policy_id where p.name = 'Owner sign-off' and v.version = 1 on conflict do nothing`,
  )
  await rows(`update approval_policy set active_version = 2 where name = 'Owner sign-off'`)
  try {
    await work()
  } finally {
    await rows(`update approval_policy set active_version = 1 where name = 'Owner sign-off'`)
  }
}

async function reset({ rows }: TestChanges): Promise<void> {
  await rows(
    `update delegation set ended_at = clock_timestamp(), ended_by = 'sys:test', end_reason = 'the test is over' where ended_at is null`,
  )
}

/** One delegation as its row says it. */
export async function delegationRow(
  { changes }: Delegations,
  id: string,
): Promise<Record<string, unknown> | undefined> {
  const [row] = await changes.rows<Record<string, unknown>>(
    `select ended_by, end_reason, ended_at from delegation where id = $1`,
    id,
  )
  return row
}
