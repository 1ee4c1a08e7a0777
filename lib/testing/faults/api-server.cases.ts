import { expect, test } from 'vitest'
import { crowd } from '#lib/testing/crowd.ts'
import type { FaultCases } from '#lib/testing/faulty-clusters.ts'
import { until } from '#lib/testing/real-parts.ts'

/** An API server that is away, hangs, or is too busy. */
export function apiServerFaults({ at, calm }: FaultCases): void {
  test('an API server killed in the middle of an apply is waited for, and priming ends as if nothing had been', async () => {
    const killed = at().stepIn('apply ResourceQuota', () => at().plane.kill('kube-apiserver'))
    const service = await at().begun('flt-killed')
    await killed
    expect(await at().held(service, 'unreachable')).toMatchObject({
      whose: 'heals_itself',
      system: 'kubernetes',
    })
    at().plane.restart()
    expect(await at().finished(service)).toEqual(calm())
  })

  test('a store that does not answer is waited for', async () => {
    const frozen = at().stepIn('apply NetworkPolicy', async () => {
      at().plane.freeze('etcd')
    })
    const service = await at().begun('flt-frozen')
    await frozen
    try {
      expect(await at().held(service, 'timeout')).toMatchObject({ whose: 'heals_itself' })
    } finally {
      at().plane.thaw('etcd')
    }
    expect(await at().finished(service)).toEqual(calm())
  })

  test('an API server that answers 429 is given its time, and no try is counted', async () => {
    let leave: () => Promise<void> = async () => undefined
    const full = at().stepIn('apply LimitRange', async () => {
      leave = await crowd(at().real)
      await until(
        'there is no room',
        30,
        async () => (await at().tokens.refusal()) === 'rate_limited',
      )
    })
    const service = await at().begun('flt-full')
    try {
      await full
      expect(await at().held(service, 'rate_limited')).toMatchObject({ whose: 'heals_itself' })
      expect((await at().target(service))?.prime?.attempts).toBe(0)
    } finally {
      await leave()
    }
    expect(await at().finished(service)).toEqual(calm())
  })
}
