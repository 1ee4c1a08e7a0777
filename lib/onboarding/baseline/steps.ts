import type { Step } from '../steps/step.ts'
import { awaitBaseline } from './await-baseline.ts'
import { closeBaseline } from './close-baseline.ts'

/** Stairway has no right to write the baseline: the run waits until somebody did, sees for itself that it is in force, and closes. */
export const BASELINE_STEPS: readonly Step[] = [awaitBaseline, closeBaseline]
