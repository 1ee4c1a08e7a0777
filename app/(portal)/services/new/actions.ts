'use server'

import { z } from 'zod'
import { previewItem } from '#lib/onboarding/preview-service.ts'
import {
  PreviewItem,
  PreviewService,
  SaveDraft,
  SubmitService,
} from '#lib/onboarding/request-service.schema.ts'
import { requestService } from '#lib/onboarding/request-service.ts'
import { dropDraft, saveDraft } from '#lib/onboarding/save-draft.ts'
import { action } from '#lib/web/action.ts'
import { previewForScreen } from './screen-preview.ts'

export const previewServiceAction = action(
  PreviewService,
  'service.request',
  previewForScreen,
  'checks',
)

export const previewItemAction = action(PreviewItem, 'service.request', previewItem, 'checks')

export const requestServiceAction = action(SubmitService, 'service.request', requestService)

export const saveDraftAction = action(SaveDraft, 'service.request', saveDraft)

export const dropDraftAction = action(
  z.strictObject({ form: SaveDraft.shape.form }),
  'service.request',
  dropDraft,
)
