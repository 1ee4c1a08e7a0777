import { awaitReady } from './steps/await-ready.ts'
import { closeChange } from './steps/close-change.ts'
import { createRepository } from './steps/create-repository.ts'
import { primeTargets } from './steps/prime-targets.ts'
import { pushScaffold } from './steps/push-scaffold.ts'
import { recordService } from './steps/record-service.ts'
import type { Step } from './steps/step.ts'

/** Approved change to running service. Read top to bottom; each step is an ensure and recorded. */
export const STEPS: readonly Step[] = [
  recordService,
  createRepository,
  pushScaffold,
  primeTargets,
  awaitReady,
  closeChange,
]
