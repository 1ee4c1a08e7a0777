'use server'

import { previewFreeze } from '#lib/onboarding/freezes/preview-freeze.ts'
import {
  EndFreeze,
  ImportFreezes,
  PreviewFreeze,
  SaveFreeze,
} from '#lib/onboarding/freezes/save-freeze.schema.ts'
import { endFreeze, importFreezes, saveFreeze } from '#lib/onboarding/freezes/save-freeze.ts'
import { action } from '#lib/web/action.ts'

export const previewFreezeAction = action(PreviewFreeze, 'platform.manage', previewFreeze)

export const saveFreezeAction = action(SaveFreeze, 'platform.manage', saveFreeze)

export const endFreezeAction = action(EndFreeze, 'platform.manage', endFreeze)

export const importFreezesAction = action(ImportFreezes, 'platform.manage', importFreezes)
