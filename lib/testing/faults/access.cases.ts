import { expect, test } from 'vitest'
import { lookAtCluster, replaceCredentials } from '#lib/onboarding/register-cluster.ts'
import { DIRECT, type FaultCases, FRONTED } from '#lib/testing/faulty-clusters.ts'
import { until } from '#lib/testing/real-parts.ts'

/** Tokens that no longer count, another CA, another clock. */
export function accessFaults({ at, calm }: FaultCases): void {
  /** A new token, and certificate where that changed, by the product's own command. */
  async function replaced(cluster: string, token: string, caPem = ''): Promise<void> {
    const clusterId = await at().idOf(cluster)
    const answer = await replaceCredentials(at().platform, at().iris, { clusterId, token, caPem })
    if (!answer.ok) throw new Error(JSON.stringify(answer.error))
  }

  const ASKS_FOR_A_TOKEN = {
    whose: 'ours',
    system: 'kubernetes',
    nextStep: expect.stringMatching(
      /administrator gives the cluster a new one. Then it goes on by itself/,
    ),
  }

  test('a token that ran out is said to be so; with a new one priming goes on by itself', async () => {
    await replaced(DIRECT, await at().tokens.endingIn(-60))
    await until('the client has it', 30, async () => {
      const [row] = await at().parts.rows<{ error: string | null }>(
        `select poll_error as error from cluster_state where cluster_id = $1`,
        await at().idOf(DIRECT),
      )
      return row?.error?.startsWith('unauthorised') ?? false
    })
    const service = await at().begun('flt-expired')
    expect(await at().held(service, 'unauthorised')).toMatchObject(ASKS_FOR_A_TOKEN)
    await replaced(DIRECT, await at().tokens.endingIn(3600))
    expect(await at().finished(service)).toEqual(calm())
  })

  test('a token revoked in the middle of an apply stops nothing for good', async () => {
    const { token, revoke } = await at().tokens.bound('flt-token')
    await replaced(DIRECT, token)
    const revoked = at().stepIn('apply NetworkPolicy', async () => {
      await revoke()
      await until(
        'it is refused',
        60,
        async () => (await at().tokens.refusal(token)) === 'unauthorised',
      )
    })
    const service = await at().begun('flt-revoked')
    await revoked
    expect(await at().held(service, 'unauthorised')).toMatchObject(ASKS_FOR_A_TOKEN)
    expect((await at().target(service))?.applied).toBeGreaterThan(0)
    await replaced(DIRECT, at().real.access.token)
    expect(await at().finished(service)).toEqual(calm())
  })

  test('a cluster that shows another CA is sent nothing until that CA is registered', async () => {
    const changed = at().stepIn('apply NetworkPolicy', () => at().front.changeAuthority())
    const service = await at().begun('flt-ca', FRONTED)
    await changed
    expect(await at().held(service, 'untrusted_certificate')).toMatchObject({
      whose: 'ours',
      nextStep: expect.stringMatching(
        /register the new CA if it is right. Then it goes on by itself/,
      ),
    })
    await replaced(FRONTED, at().real.access.token, at().front.caPem())
    expect(await at().finished(service)).toEqual(calm())
  })
}

/** A clock that is off. */
export function clockFaults({ at, calm }: FaultCases): void {
  test('a clock that is an hour off is named until it is right again, and disturbs no run', async () => {
    const clusterId = await at().idOf(FRONTED)
    const clock = async () => {
      await lookAtCluster(at().platform, at().iris, { clusterId })
      const [row] = await at().parts.rows<{
        checks: { id: string; outcome: string; evidence: string }[]
      }>(`select checks from cluster_preflight where cluster_id = $1`, clusterId)
      return row?.checks.find(({ id }) => id === 'clock')
    }
    const skewed = at().stepIn('apply NetworkPolicy', async () => at().front.skew(3600))
    const service = await at().begun('flt-clock', FRONTED)
    await skewed
    expect(await at().finished(service)).toEqual(calm())
    await until('the look names it', 30, async () => (await clock())?.outcome === 'fail')
    expect((await clock())?.evidence).toMatch(/3[56]\d\d s apart/)
    at().front.skew(0)
    await until('the look finds it well', 30, async () => (await clock())?.outcome === 'pass')
  })
}
