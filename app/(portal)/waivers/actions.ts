'use server'

import { askCheckWaiver } from '#lib/onboarding/waivers/ask-check-waiver.ts'
import { settleCheckWaiver } from '#lib/onboarding/waivers/settle-check-waiver.ts'
import { AskCheckWaiver, SettleCheckWaiver } from '#lib/onboarding/waivers/waive-check.schema.ts'
import { action } from '#lib/web/action.ts'

export const askCheckWaiverAction = action(AskCheckWaiver, 'service.request', askCheckWaiver)

export const settleCheckWaiverAction = action(SettleCheckWaiver, 'waiver.decide', settleCheckWaiver)
