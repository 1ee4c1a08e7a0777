import type { Step } from '../steps/step.ts'
import { archiveRepository } from './archive-repository.ts'
import { clearTargets } from './clear-targets.ts'
import { closeRetirement } from './close-retirement.ts'
import { freezeService } from './freeze-service.ts'
import { retireRecords } from './retire-records.ts'

/** Running service to none. Each target goes through its own stages inside one step, so that a cluster that is away holds up no other. */
export const RETIREMENT_STEPS: readonly Step[] = [
  freezeService,
  clearTargets,
  archiveRepository,
  retireRecords,
  closeRetirement,
]
