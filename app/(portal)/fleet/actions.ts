'use server'

import {
  ClusterRef,
  RegisterCluster,
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
import { action } from '#lib/web/action.ts'

export const registerClusterAction = action(RegisterCluster, 'fleet.manage', registerCluster)

export const replaceCredentialsAction = action(
  ReplaceCredentials,
  'fleet.manage',
  replaceCredentials,
)

export const setDrainingAction = action(SetDraining, 'fleet.manage', setDraining)

export const lookAtClusterAction = action(ClusterRef, 'fleet.manage', lookAtCluster)

export const retireClusterAction = action(RetireCluster, 'fleet.manage', retireCluster)
