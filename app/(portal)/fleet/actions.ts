'use server'

import { AskBaseline } from '#lib/onboarding/baseline/ask-baseline.schema.ts'
import { askBaseline } from '#lib/onboarding/baseline/ask-baseline.ts'
import {
  registerByKubeconfig,
  replaceByKubeconfig,
} from '#lib/onboarding/register-by-kubeconfig.ts'
import {
  ClusterRef,
  RegisterByKubeconfig,
  RegisterCluster,
  ReplaceByKubeconfig,
  ReplaceCredentials,
  RetireCluster,
  SetDraining,
} from '#lib/onboarding/register-cluster.schema.ts'
import {
  lookAtCluster,
  registerCluster,
  replaceCredentials,
  setDraining,
} from '#lib/onboarding/register-cluster.ts'
import { retireCluster } from '#lib/onboarding/retire-cluster.ts'
import { AskWaiver, DecideWaiver } from '#lib/onboarding/waive-preflight.schema.ts'
import { askWaiver, settleWaiver } from '#lib/onboarding/waive-preflight.ts'
import { action } from '#lib/web/action.ts'

export const registerClusterAction = action(RegisterCluster, 'fleet.manage', registerCluster)

export const replaceCredentialsAction = action(
  ReplaceCredentials,
  'fleet.manage',
  replaceCredentials,
)

export const registerByKubeconfigAction = action(
  RegisterByKubeconfig,
  'fleet.manage',
  registerByKubeconfig,
)

export const replaceByKubeconfigAction = action(
  ReplaceByKubeconfig,
  'fleet.manage',
  replaceByKubeconfig,
)

export const setDrainingAction = action(SetDraining, 'fleet.manage', setDraining)

export const lookAtClusterAction = action(ClusterRef, 'fleet.manage', lookAtCluster)

export const retireClusterAction = action(RetireCluster, 'fleet.manage', retireCluster)

export const askWaiverAction = action(AskWaiver, 'fleet.manage', askWaiver)

export const settleWaiverAction = action(DecideWaiver, 'fleet.waive', settleWaiver)

export const askBaselineAction = action(AskBaseline, 'fleet.manage', askBaseline)
