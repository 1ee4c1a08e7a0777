/** Requests per second of a cluster that names no number of its own. */
const USUAL_PER_SECOND = 50

export type Bucket = {
  /** Takes the next token and says how long to wait for it, in milliseconds. Turns are given in the order in which they are asked. */
  reserve(nowMs: number): number
}

/** A token bucket: so many per second in the long run, and so many at once after a rest. */
export function createBucket({ perSecond, burst }: { perSecond: number; burst: number }): Bucket {
  const everyMs = 1000 / perSecond
  let emptyUntil = Number.NEGATIVE_INFINITY
  return {
    reserve(nowMs) {
      emptyUntil = Math.max(emptyUntil, nowMs - burst * everyMs) + everyMs
      return Math.max(0, emptyUntil - nowMs)
    },
  }
}

/** Resolves when the next request may go. */
export function createPace(perSecond = USUAL_PER_SECOND): () => Promise<void> {
  const bucket = createBucket({ perSecond, burst: perSecond * 2 })
  return async () => {
    const waitMs = bucket.reserve(performance.now())
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs))
  }
}
