'use server'

import { OperateService } from '#lib/onboarding/operate-service.schema.ts'
import { operateService } from '#lib/onboarding/operate-service.ts'
import { AskRepair, DecideRepair } from '#lib/onboarding/repair-drift.schema.ts'
import { askRepair, decideOnRepair } from '#lib/onboarding/repair-drift.ts'
import { RetireService } from '#lib/onboarding/retirement/retire-service.schema.ts'
import { retireService } from '#lib/onboarding/retirement/retire-service.ts'
import { RollBack } from '#lib/onboarding/rollback/roll-back.schema.ts'
import { rollBack } from '#lib/onboarding/rollback/roll-back.ts'
import { action } from '#lib/web/action.ts'

export const operateServiceAction = action(OperateService, 'service.operate', operateService)

export const askRepairAction = action(AskRepair, 'service.operate', askRepair)

export const decideRepairAction = action(DecideRepair, 'service.operate', decideOnRepair)

export const retireServiceAction = action(RetireService, 'service.request', retireService)

export const rollBackAction = action(RollBack, 'service.request', rollBack)
