import Link from 'next/link'
import { Table } from '#components/ui/table.tsx'
import { Tag } from '#components/ui/tag.tsx'
import { Time } from '#components/ui/time.tsx'
import { counted, dataClassName } from '#components/words.ts'

type Policy = {
  id: string
  name: string
  version: number
  hash: string
  effectiveFrom: string
  scope: {
    tenants?: string[]
    types?: string[]
    environments?: string[]
    dataClassAtLeast?: number
    riskAtLeast?: string
    kinds?: string[]
  }
  stages: readonly {
    name: string
    quorum: number | 'all' | { percent: number }
    dueHours: number
    sections: readonly string[]
    rule: { source: string; role?: string; group?: string; people?: readonly string[] }
    order?: number
    commentRequired?: boolean
    stepUpMinutes?: number
    validHours?: number
    remindAfterHours?: readonly number[]
    escalateAfterHours?: number
    escalateTo?: { source: string; role?: string; group?: string; people?: readonly string[] }
    veto?: number | 'none'
    people: number | null
  }[]
}

/** Who has to agree, when, to which sections of the plan. All policies that match add up. */
export function Approvals({
  policies,
  mayEdit,
}: {
  policies: readonly Policy[]
  mayEdit: boolean
}) {
  return (
    <Table full flat>
      <thead>
        <tr>
          <th scope="col">Policy</th>
          <th scope="col">When</th>
          <th scope="col">Who</th>
          <th scope="col" className="not-phone">
            Signs
          </th>
          <th scope="col" className="figure not-phone">
            Due in
          </th>
        </tr>
      </thead>
      <tbody>
        {policies.flatMap((policy) =>
          policy.stages.map((stage) => (
            <tr key={`${policy.name} ${stage.name}`} className="align-top">
              <td>
                {mayEdit ? (
                  <Link className="link name" href={`/policies/approvals/${policy.id}`}>
                    {policy.name}
                  </Link>
                ) : (
                  <span className="name">{policy.name}</span>
                )}
                <br />
                <span className="text-xs text-ink-3">
                  v{policy.version}, since <Time at={policy.effectiveFrom} as="day" />
                </span>
              </td>
              <td>{scopeWords(policy.scope)}</td>
              <td>
                {quorumWords(stage.quorum)} {whoWords(stage.rule)}
                {demandWords(stage).map((words) => (
                  <span key={words} className="block text-xs text-ink-3">
                    {words}
                  </span>
                ))}
                {stage.people === null ? null : (
                  <span className="block text-xs text-ink-3">
                    {counted(stage.people, 'person', 'people')} today
                  </span>
                )}
              </td>
              <td className="not-phone">
                <span className="flex flex-wrap gap-1">
                  {stage.sections.map((section) => (
                    <Tag key={section}>{section}</Tag>
                  ))}
                </span>
              </td>
              <td className="figure not-phone">{stage.dueHours} h</td>
            </tr>
          )),
        )}
      </tbody>
    </Table>
  )
}

function scopeWords({
  tenants,
  types,
  environments,
  dataClassAtLeast,
  riskAtLeast,
  kinds,
}: Policy['scope']): string {
  const parts = [
    types ? `${types.join(' or ')} changes` : 'every change',
    kinds?.includes('cluster_baseline') ? 'of a cluster’s baseline' : '',
    kinds?.includes('edit_policy') ? 'of an approval policy' : '',
    tenants ? `of ${tenants.join(', ')}` : '',
    environments ? `in ${environments.join(', ')}` : '',
    dataClassAtLeast === undefined
      ? ''
      : `with ${dataClassName(dataClassAtLeast).toLowerCase()} data or more`,
    riskAtLeast ? `of ${riskAtLeast} risk or more` : '',
  ]
  return parts.filter(Boolean).join(' ')
}

type Stage = Policy['stages'][number]

function quorumWords(quorum: Stage['quorum']): string {
  if (quorum === 'all') return 'all of'
  return typeof quorum === 'number' ? `${quorum} of` : `${quorum.percent} % of`
}

function whoWords({ source, role, group, people }: Stage['rule']): string {
  if (source === 'tenant_role') return `the tenant’s ${role}s`
  if (source === 'named') return people?.join(', ') ?? 'nobody'
  if (source === 'manager') return 'the requester’s manager'
  if (source === 'on_call') return 'whoever is on call for the owning team'
  return source === 'service_owner' ? 'the owning team' : (group ?? source)
}

/** What a stage asks besides: a line each. */
function demandWords(stage: Stage): string[] {
  const { order, veto, commentRequired, stepUpMinutes, validHours } = stage
  const { remindAfterHours, escalateAfterHours, escalateTo } = stage
  return [
    order && order > 1 ? `after order ${order - 1}` : '',
    veto === 'none' ? 'no veto' : veto && veto > 1 ? `${veto} to reject` : '',
    commentRequired ? 'with a comment' : '',
    stepUpMinutes ? `signed in within ${stepUpMinutes} min` : '',
    validHours ? `counts for ${validHours} h` : '',
    remindAfterHours ? `reminds after ${remindAfterHours.join(', ')} h` : '',
    escalateTo ? `after ${escalateAfterHours} h also ${whoWords(escalateTo)}` : '',
  ].filter(Boolean)
}
