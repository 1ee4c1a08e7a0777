import { updateChange } from '#lib/changes/store.ts'
import { leftInWords } from '#lib/flux/release/left-behind.ts'
import { releasesOf } from '#lib/runs/release-store.ts'
import { appendLog } from '#lib/runs/store.ts'
import { advanceChange } from '../advance-change.ts'
import type { SingleStep } from '../steps/step.ts'

const ORDINAL = 4

/** Closes the change as successful and tells people; what stays on clusters is named in its reason and in the log, with what comes next. */
export const closeRetirement: SingleStep = {
  kind: 'single',
  name: 'close_retirement',
  title: 'Close the change',
  async perform(platform, run) {
    return {
      kind: 'done',
      async commit(tx) {
        const kept = (await releasesOf(tx, run.changeId)).filter((release) => release.kept)
        const lines = kept.map(({ cluster, namespace, left }) => ({
          step: ORDINAL,
          level: 'warn' as const,
          text: `${cluster}/${namespace} stays: ${left.length > 0 ? leftInWords(left) : 'nothing stands in it'}. ${nextStep(namespace)}`,
        }))
        const issues = kept.length > 0 && run.retirement?.workloads === 'prune'
        await updateChange(tx, run.changeId, { closeCode: issues ? 'with_issues' : 'successful' })
        await advanceChange(platform, tx, {
          changeId: run.changeId,
          events: ['verify', 'close'],
          reason: reasonOf(kept),
          notice: 'change.offboarded',
          payload: { namespacesKept: kept },
        })
        await appendLog(tx, run.runId, lines)
        return { kept: kept.length }
      },
    }
  },
}

function nextStep(namespace: string): string {
  return `An administrator hands it over by taking our labels off (kubectl label namespace ${namespace} app.kubernetes.io/managed-by- toolkit.fluxcd.io/role-), or deletes it once it is empty`
}

function reasonOf(kept: readonly { cluster: string; namespace: string }[]): string {
  if (kept.length === 0) return 'nothing of the service is left on any cluster'
  const places = kept.map(({ cluster, namespace }) => `${cluster}/${namespace}`).slice(0, 5)
  const more = kept.length > places.length ? ` and ${kept.length - places.length} more` : ''
  return `the service is gone; namespaces that stay: ${places.join(', ')}${more}`
}
