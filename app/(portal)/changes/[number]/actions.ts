'use server'

import { lookAgain } from '#lib/onboarding/baseline/look-again.ts'
import { closeFailedChange } from '#lib/onboarding/close-failed-change.ts'
import { CommentOnChange } from '#lib/onboarding/conversation/comment-on-change.schema.ts'
import { commentOnChange } from '#lib/onboarding/conversation/comment-on-change.ts'
import {
  ChangeRef,
  CloseFailedChange,
  DecideChange,
  RunRef,
} from '#lib/onboarding/decide-change.schema.ts'
import { decideChange } from '#lib/onboarding/decide-change.ts'
import { fillReview } from '#lib/onboarding/emergency/fill-review.ts'
import { FillReview } from '#lib/onboarding/emergency/review-change.schema.ts'
import { AskEvidence } from '#lib/onboarding/evidence/ask-evidence.schema.ts'
import { askEvidence } from '#lib/onboarding/evidence/ask-evidence.ts'
import { SetWindow } from '#lib/onboarding/freezes/set-window.schema.ts'
import { setWindow } from '#lib/onboarding/freezes/set-window.ts'
import { cancelRun, retryRun } from '#lib/onboarding/operate-run.ts'
import { withdrawChange } from '#lib/onboarding/withdraw-change.ts'
import { action } from '#lib/web/action.ts'

export const decideChangeAction = action(DecideChange, 'change.decide', decideChange)

export const commentOnChangeAction = action(
  CommentOnChange,
  'change.comment',
  commentOnChange,
  'comments',
)

export const fillReviewAction = action(FillReview, 'change.decide', fillReview)

export const withdrawChangeAction = action(ChangeRef, 'change.withdraw', withdrawChange)

export const setWindowAction = action(SetWindow, 'change.withdraw', setWindow)

export const closeFailedChangeAction = action(CloseFailedChange, 'run.operate', closeFailedChange)

export const retryRunAction = action(RunRef, 'run.operate', retryRun)

export const cancelRunAction = action(RunRef, 'run.operate', cancelRun)

export const lookAgainAction = action(RunRef, 'run.operate', lookAgain)

export const askEvidenceAction = action(AskEvidence, 'audit.read', askEvidence)
