import type { ObjectStanding } from './compare.ts'

/** What a cluster's page shows of its baseline. */
export type BaselineView = {
  /** The version that this build renders. */
  ours: string
  /** What was read last: when, whether nothing of it stands, and what is not as ours; null before the first look. */
  reading: { at: string; absent: boolean; open: ObjectStanding[] } | null
  /** The newest version that was seen in force, by which change, and whose it was. */
  verified: {
    version: string
    at: string
    number: number
    askedBy: string
    approvedBy: string[]
  } | null
  /** The change to it that is not over. */
  open: { number: number; state: string } | null
}
