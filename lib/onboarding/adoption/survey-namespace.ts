import { AdapterError } from '#lib/adapter-error.ts'
import { keepSurvey, loadSurveys } from '#lib/fleet/adoption-store.ts'
import type { WorkerPlatform } from '#lib/runtime/platform.ts'
import { dialCluster } from '../steps/dial-cluster.ts'
import { lookAtNamespace } from './look-at-namespace.ts'

/** Surveys a namespace that somebody wants to adopt and keeps what was found, or why nothing was. Safe to repeat: a survey that ended is never altered. */
export async function surveyNamespace(platform: WorkerPlatform, surveyId: string): Promise<void> {
  const scope = { actor: 'sys:worker', tenants: [], reason: 'survey' }
  const [survey] = await platform.db.inContext(scope, (tx) => loadSurveys(tx, { ids: [surveyId] }))
  if (!survey || survey.surveyedAt) return
  try {
    const cluster = await dialCluster(platform, survey.clusterId)
    const standing = await lookAtNamespace(cluster, survey.namespace, survey.wanted)
    await platform.db.inContext(scope, (tx) => keepSurvey(tx, survey, { standing }))
  } catch (error) {
    if (!(error instanceof AdapterError)) throw error
    const trouble = `${error.operation}: ${error.detail}`
    await platform.db.inContext(scope, (tx) => keepSurvey(tx, survey, { trouble }))
  }
}
