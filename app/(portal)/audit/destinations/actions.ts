'use server'

import {
  ActOnDestination,
  DestinationRef,
  RegisterDestination,
} from '#lib/onboarding/audit-export/destination.schema.ts'
import {
  actOnDestination,
  registerDestination,
  testDestination,
} from '#lib/onboarding/audit-export/register-destination.ts'
import { action } from '#lib/web/action.ts'

export const registerDestinationAction = action(
  RegisterDestination,
  'platform.manage',
  registerDestination,
)

export const actOnDestinationAction = action(ActOnDestination, 'platform.manage', actOnDestination)

export const testDestinationAction = action(DestinationRef, 'platform.manage', testDestination)
