'use server'

import { SetChat, TestChat } from '#lib/onboarding/chat/set-chat.schema.ts'
import { setChat, testChat } from '#lib/onboarding/chat/set-chat.ts'
import { ChangeDriftPolicy, changeDriftPolicy } from '#lib/onboarding/drift-policy.ts'
import {
  ChangeAdmission,
  ChangeQuota,
  changeAdmission,
  changeQuota,
} from '#lib/onboarding/manage-tenant.ts'
import { SetServiceNow, TestServiceNow } from '#lib/onboarding/servicenow/set-servicenow.schema.ts'
import { setServiceNow, testServiceNow } from '#lib/onboarding/servicenow/set-servicenow.ts'
import { action } from '#lib/web/action.ts'

export const changeAdmissionAction = action(ChangeAdmission, 'platform.manage', changeAdmission)

export const changeQuotaAction = action(ChangeQuota, 'platform.manage', changeQuota)

export const changeDriftPolicyAction = action(
  ChangeDriftPolicy,
  'platform.manage',
  changeDriftPolicy,
)

export const setServiceNowAction = action(SetServiceNow, 'platform.manage', setServiceNow)

export const testServiceNowAction = action(TestServiceNow, 'platform.manage', testServiceNow)

export const setChatAction = action(SetChat, 'platform.manage', setChat)

export const testChatAction = action(TestChat, 'platform.manage', testChat)
