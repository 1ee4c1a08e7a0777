'use server'

import { z } from 'zod'
import { verifyChains } from '#lib/onboarding/verify-chains.ts'
import { action } from '#lib/web/action.ts'

export const verifyChainsAction = action(z.strictObject({}), 'audit.read', verifyChains)
