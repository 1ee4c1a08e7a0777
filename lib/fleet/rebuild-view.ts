/** A rebuild as the page of its cluster shows it. */
export type RebuildView = {
  cause: 'identity' | 'empty'
  state: 'waiting' | 'priming' | 'converging' | 'done'
  detail: string | null
  beganAt: string
  endedAt: string | null
  total: number
  primed: number
  ready: number
  failed: { namespace: string; why: string | null }[]
}
