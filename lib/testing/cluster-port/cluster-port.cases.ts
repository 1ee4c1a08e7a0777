import { applyCases } from './apply.cases.ts'
import { fluxCases } from './flux.cases.ts'
import type { OnGround } from './ground.ts'
import { readCases } from './read.cases.ts'
import { refusalCases } from './refusal.cases.ts'
import { removeCases } from './remove.cases.ts'
import { watchCases } from './watch.cases.ts'

/** The contract of the cluster port: what every cluster does, real or simulated. Each case asserts the same on both. */
export function clusterPortCases(on: OnGround): void {
  applyCases(on)
  readCases(on)
  removeCases(on)
  refusalCases(on)
  watchCases(on)
  fluxCases(on)
}
