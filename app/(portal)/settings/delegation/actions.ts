'use server'

import { Delegate, EndDelegation } from '#lib/onboarding/delegations/delegate.schema.ts'
import { delegate } from '#lib/onboarding/delegations/delegate.ts'
import { endDelegation } from '#lib/onboarding/delegations/end-delegation.ts'
import { FindAbsences } from '#lib/onboarding/delegations/find-absences.schema.ts'
import { findAbsences } from '#lib/onboarding/delegations/find-absences.ts'
import { action } from '#lib/web/action.ts'

export const delegateAction = action(Delegate, 'change.decide', delegate)

export const endDelegationAction = action(EndDelegation, 'self', endDelegation)

export const findAbsencesAction = action(FindAbsences, 'change.decide', findAbsences)
