import type { TestOrganisation } from './organisation.ts'

type Failure = { facts: unknown; text: string }
const holder = globalThis as typeof globalThis & {
  stairwayPlatform?: unknown
  stairwayLog?: unknown
}

/** Makes this process the organisation's web process: handlers find its platform, and every failure that they would only log is kept for the test to look at. */
export function webProcessOf(organisation: TestOrganisation): { failures: Failure[] } {
  const failures: Failure[] = []
  holder.stairwayPlatform = organisation.platform
  holder.stairwayLog = {
    info: () => undefined,
    warn: () => undefined,
    error: (facts: unknown, text: string) => failures.push({ facts, text }),
  }
  return { failures }
}
