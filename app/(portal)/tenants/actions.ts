'use server'

import {
  ChangeAdmission,
  ChangeQuota,
  changeAdmission,
  changeQuota,
} from '#lib/onboarding/manage-tenant.ts'
import { action } from '#lib/web/action.ts'

export const changeAdmissionAction = action(ChangeAdmission, 'platform.manage', changeAdmission)

export const changeQuotaAction = action(ChangeQuota, 'platform.manage', changeQuota)
