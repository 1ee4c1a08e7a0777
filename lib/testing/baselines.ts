import { parseAllDocuments } from 'yaml'
import type { BaselineLook } from '#lib/fleet/baseline/look.ts'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import { askBaseline } from '#lib/onboarding/baseline/ask-baseline.ts'
import { lookAgain } from '#lib/onboarding/baseline/look-again.ts'
import { previewBaseline } from '#lib/onboarding/baseline/preview-baseline.ts'
import { readManifest } from '#lib/onboarding/baseline/read-manifest.ts'
import { decideChange } from '#lib/onboarding/decide-change.ts'
import { lookAtCluster } from '#lib/onboarding/register-cluster.ts'
import type { Viewer } from '#lib/viewer.ts'
import { type RealParts, until } from './real-parts.ts'

export type AskedBaseline = { changeId: string; number: number; planHash: string }
type Waiting = {
  state: string
  step: string
  why: string | null
  look: BaselineLook | null
  away: string | null
}

/** Baselines of the clusters of `parts`, asked for, approved and looked at by the product's own commands. */
export async function baselines(parts: RealParts) {
  const [grace, erik] = await Promise.all([
    parts.organisation.viewer('grace.kim'),
    parts.organisation.viewer('erik.lund'),
  ])
  const { platform } = parts.organisation
  const named = (place: number) => parts.clusters[place]?.name ?? ''

  async function clusterId(place: number): Promise<string> {
    const [row] = await parts.rows<{ id: string }>(
      `select id from cluster where name = $1`,
      named(place),
    )
    return row?.id ?? ''
  }

  /** Has the cluster read anew. */
  async function read(place = 0): Promise<void> {
    const id = await clusterId(place)
    const at = async () =>
      (
        await parts.rows<{ at: Date }>(
          `select read_at as at from cluster_baseline_reading where cluster_id = $1`,
          id,
        )
      )[0]?.at.getTime() ?? 0
    const before = await at()
    await lookAtCluster(platform, grace, { clusterId: id })
    await until('the baseline is read', 60, async () => (await at()) > before)
  }

  async function asked(place = 0): Promise<AskedBaseline> {
    const seen = await previewBaseline(platform, grace, named(place))
    if (!seen) throw new Error('nothing to preview')
    const answer = await askBaseline(platform, grace, {
      clusterId: seen.cluster.id,
      planHash: seen.planHash,
      reason: 'the cluster is new',
    })
    if (!answer.ok) throw new Error(JSON.stringify(answer.error))
    return answer.value
  }

  async function approved({ changeId, planHash }: AskedBaseline): Promise<void> {
    const vote = { changeId, planHash, verdict: 'approve', comment: '' } as const
    const answer = await decideChange(platform, erik, vote)
    if (!answer.ok) throw new Error(JSON.stringify(answer.error))
  }

  const looks = looksAt(parts, grace)
  return {
    ...{ grace, erik, named, clusterId, read, asked, approved, ...looks },
    /** Asked and approved; the worker goes on from there. */
    async begun(place = 0): Promise<AskedBaseline> {
      const change = await asked(place)
      await approved(change)
      return change
    },
    /** The approved bytes, as an administrator downloads them. */
    async bytes({ number }: AskedBaseline): Promise<{ text: string; objects: KubernetesObject[] }> {
      const found = await readManifest(platform, grace, number)
      if (!found) throw new Error('nothing to download')
      const objects = parseAllDocuments(found.text).map(
        (document) => document.toJS() as KubernetesObject,
      )
      return { text: found.text, objects }
    },
  }
}

/** How their runs stand, and looking at once. */
function looksAt(parts: RealParts, grace: Viewer) {
  async function standing({ changeId }: AskedBaseline): Promise<Waiting | undefined> {
    const [row] = await parts.rows<Waiting>(
      `select c.state, s.state as step, s.facts->>'why' as why, s.facts->'look' as look, s.facts->>'away' as away
       from change c join run r on r.change_id = c.id join step s on s.run_id = r.id and s.name = 'await_baseline' where c.id = $1`,
      changeId,
    )
    return row
  }

  async function runId({ changeId }: AskedBaseline): Promise<string> {
    const [row] = await parts.rows<{ id: string }>(
      `select id from run where change_id = $1`,
      changeId,
    )
    return row?.id ?? ''
  }

  /** Waits until the run waits for somebody, having looked. */
  async function waits(change: AskedBaseline): Promise<Waiting> {
    let now: Waiting | undefined
    await until('the run waits for somebody', 60, async () => {
      now = await standing(change)
      return now?.step === 'waiting' && now.why !== null
    })
    if (!now) throw new Error('nothing waits')
    return now
  }

  /** Has it looked at once; answers when a newer look, or the end, is there. */
  async function looked(change: AskedBaseline): Promise<Waiting> {
    const before = JSON.stringify(await standing(change))
    await lookAgain(parts.organisation.platform, grace, { runId: await runId(change) })
    let now: Waiting | undefined
    await until('it was looked at again', 60, async () => {
      now = await standing(change)
      return (
        ['waiting', 'done', 'failed'].includes(now?.step ?? '') && JSON.stringify(now) !== before
      )
    })
    if (!now) throw new Error('nothing was looked at')
    return now
  }

  const closed = (change: AskedBaseline) =>
    until('the change is closed', 60, async () => (await standing(change))?.state === 'closed')

  return { standing, runId, waits, looked, closed }
}
