'use server'

import { ChangeDriftPolicy, changeDriftPolicy } from '#lib/onboarding/drift-policy.ts'
import {
  ChangeAdmission,
  ChangeQuota,
  changeAdmission,
  changeQuota,
} from '#lib/onboarding/manage-tenant.ts'
import { action } from '#lib/web/action.ts'

export const changeAdmissionAction = action(ChangeAdmission, 'platform.manage', changeAdmission)

export const changeQuotaAction = action(ChangeQuota, 'platform.manage', changeQuota)

export const changeDriftPolicyAction = action(
  ChangeDriftPolicy,
  'platform.manage',
  changeDriftPolicy,
)
