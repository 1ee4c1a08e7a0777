import { beforeAll, describe, expect, test } from 'vitest'
import { type Home, homeOn, type OnGround, refusalOf, until } from './ground.ts'

const HELD = 'stairway.internal/held'
const NOBODY = '00000000-0000-4000-8000-000000000000'

/** Removing, as every cluster answers it. */
export function removeCases(on: OnGround): void {
  describe('remove', () => {
    let home: Home
    beforeAll(async () => {
      home = await homeOn(on(), 'remove')
    })

    removing(on, () => home)
    endings(on)
  })
}

function removing(on: OnGround, home: () => Home): void {
  test('only the object and the state that was meant', async () => {
    const { hub } = on()
    const at = home().at('v1', 'ConfigMap', 'meant')
    const made = await hub.apply(home().map('meant', { a: '1' }), {})
    if (made.outcome === 'conflict') throw new Error(made.message)
    expect(await refusalOf(hub.remove(at, NOBODY))).toMatchObject({
      reason: 'replaced',
      status: 409,
    })
    await hub.apply(home().map('meant', { a: '2' }), {})
    expect(await refusalOf(hub.remove(at, made.uid, made.resourceVersion))).toMatchObject({
      reason: 'conflict',
      status: 409,
      detail: expect.stringContaining('precondition'),
    })
    expect(await hub.read(at)).not.toBeNull()
    expect(await hub.remove(at, made.uid)).toBe('deleted')
    expect(await hub.read(at)).toBeNull()
    expect(await hub.remove(at, made.uid)).toBe('absent')
    expect(await hub.remove(home().at('example.org/v1', 'Nothing', 'x'))).toBe('absent')
  })

  test('what a finalizer holds stays, marked, until it is let go', async () => {
    const { hub } = on()
    const at = home().at('v1', 'ConfigMap', 'held')
    await hub.apply(home().map('held', {}, { finalizers: [HELD] }), {})
    expect(await hub.remove(at)).toBe('deleted')
    const marked = await hub.read(at)
    expect(marked?.metadata.deletionTimestamp).toMatch(/^\d{4}-\d\d-\d\dT[\d:]+Z$/)
    expect(await hub.remove(at)).toBe('deleted')
    expect((await hub.read(at))?.metadata.deletionTimestamp).toBe(
      marked?.metadata.deletionTimestamp,
    )
    expect(await hub.patch(at, { metadata: { finalizers: null } })).toBe('patched')
    expect(await hub.read(at)).toBeNull()
  })
}

function endings(on: OnGround): void {
  test('a namespace ends with what is in it, takes nothing new, and says what holds it', async () => {
    const { hub } = on()
    const ending = await homeOn(on(), 'ending')
    const namespace = { apiVersion: 'v1', kind: 'Namespace', name: ending.namespace }
    await hub.apply(ending.map('goes', {}), {})
    await hub.apply(ending.map('held', {}, { finalizers: [HELD] }), {})
    expect(await hub.remove(namespace)).toBe('deleted')
    expect(await hub.read(namespace)).toMatchObject({
      metadata: { deletionTimestamp: expect.any(String) },
      status: { phase: 'Terminating' },
    })
    await until('new objects are refused', async () => {
      const refused = await refusalOf(hub.apply(ending.map('new', {}), {}))
      return refused?.reason === 'terminating' || refused?.reason === 'forbidden'
    })
    await until('it says what holds it', async () => {
      const { conditions = [] } = ((await hub.read(namespace))?.status ?? {}) as {
        conditions?: { type: string; status: string; message: string }[]
      }
      return conditions.some(
        ({ type, status, message }) =>
          type === 'NamespaceFinalizersRemaining' &&
          status === 'True' &&
          message.includes(`${HELD} in 1 resource instances`),
      )
    })
    const { admin } = on()
    await admin.edit(ending.map('held', {}), { metadata: { finalizers: null } }, 'kubectl')
    await until('the namespace is gone', async () => (await hub.read(namespace)) === null)
  })

  test('a namespace that is being deleted refuses what is new by the cause NamespaceTerminating', async () => {
    const { hub, admin } = on()
    const ending = await homeOn(on(), 'closing')
    const namespace = { apiVersion: 'v1', kind: 'Namespace', name: ending.namespace }
    const apiGroup = 'rbac.authorization.k8s.io'
    const held = { finalizers: [HELD] }
    // the hub's own right is held with it, or the refusal would be for want of a right
    await admin.edit(
      ending.object(`${apiGroup}/v1`, 'RoleBinding', 'stairway-hub'),
      { metadata: held },
      'kubectl',
    )
    await hub.remove(namespace)
    const refused = await refusalOf(hub.apply(ending.map('new', {}), {}))
    expect(refused).toMatchObject({
      reason: 'terminating',
      retryable: true,
      status: 403,
      detail: expect.stringContaining('because it is being terminated'),
    })
    await admin.edit(
      ending.object(`${apiGroup}/v1`, 'RoleBinding', 'stairway-hub'),
      { metadata: { finalizers: null } },
      'kubectl',
    )
    await until('the namespace is gone', async () => (await hub.read(namespace)) === null)
  })
}
