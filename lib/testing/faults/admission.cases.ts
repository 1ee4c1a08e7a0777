import { expect, test } from 'vitest'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import type { FaultCases } from '#lib/testing/faulty-clusters.ts'
import { until } from '#lib/testing/real-parts.ts'
import { webhook } from '#lib/testing/webhook.ts'

const named = (kind: string, name: string, namespace?: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind,
  metadata: { name, ...(namespace ? { namespace } : {}) },
})

/** A namespace that is on its way out. */
export function namespaceFaults({ at, calm }: FaultCases): void {
  const held = (namespace: string): KubernetesObject => {
    const object = named('ConfigMap', 'held', namespace)
    return { ...object, metadata: { ...object.metadata, finalizers: ['bank.example/held'] } }
  }

  /** Deletes a namespace that something holds back; answers how to let go of it. */
  async function hanging(namespace: string): Promise<void> {
    const { admin } = at().real
    await admin.apply(held(namespace), 'somebody')
    await admin.remove(named('Namespace', namespace))
    await until('its end hangs', 30, async () => {
      const found = await admin.read(named('Namespace', namespace))
      return JSON.stringify(found?.status).includes('bank.example/held')
    })
  }
  const released = (namespace: string) =>
    at().real.admin.edit(held(namespace), { metadata: { finalizers: null } }, 'somebody')

  test.each([
    ['that was somebody else’s, before the first apply', 'flt-ending', 'read Namespace'],
    ['in the middle of an apply', 'flt-ended', 'apply NetworkPolicy'],
  ])(
    'a namespace that is being deleted, %s, is made anew once it is gone',
    async (_, name, call) => {
      const namespace = `pay-${name}-dev`
      const deleted = at().stepIn(call, async () => {
        const { admin } = at().real
        if (call === 'read Namespace') await admin.apply(named('Namespace', namespace), 'somebody')
        await hanging(namespace)
      })
      const service = await at().begun(name)
      await deleted
      try {
        expect(await at().held(service, 'terminating')).toMatchObject({
          whose: 'heals_itself',
          system: 'kubernetes',
        })
        await until('it says what holds it', 60, async () =>
          /bank.example.held/.test((await at().target(service))?.prime?.error?.detail ?? ''),
        )
      } finally {
        await released(namespace)
      }
      expect(await at().finished(service)).toEqual(calm())
    },
  )
}

/** An API that is not there. */
export function kindFaults({ at, calm }: FaultCases): void {
  test('a kind that the cluster does not serve is waited for, and named', async () => {
    const { admin } = at().real
    const definition: KubernetesObject = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'receivers.notification.toolkit.fluxcd.io' },
    }
    const before = await admin.read(definition)
    const { labels, annotations } = before?.metadata ?? {}
    const whole = {
      ...definition,
      metadata: {
        ...definition.metadata,
        ...(labels ? { labels } : {}),
        ...(annotations ? { annotations } : {}),
      },
      spec: before?.spec,
    }
    const removed = at().stepIn('apply NetworkPolicy', async () => {
      await admin.remove(definition)
      await until('it is gone', 60, async () => (await admin.read(definition)) === null)
    })
    const service = await at().begun('flt-kindless')
    try {
      await removed
      expect(await at().held(service, 'not_served')).toMatchObject({
        whose: 'ours',
        detail: expect.stringContaining('Receiver'),
        nextStep: expect.stringMatching(/Install it. Then it goes on by itself/),
      })
    } finally {
      await admin.apply(whole, 'administrator')
    }
    expect(await at().finished(service)).toEqual(calm())
  })
}

/** An admission webhook that refuses, or does not answer. */
export function webhookFaults({ at, calm }: FaultCases): void {
  test('a webhook that refuses, and one that does not answer, is waited for in its own words', async () => {
    const namespace = 'pay-flt-webhook-dev'
    const friday = await webhook(namespace)
    const { admin } = at().real
    friday.will('refuses')
    const probe: KubernetesObject = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'probe', namespace },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
    }
    const installed = at().stepIn('apply RoleBinding', async () => {
      await admin.apply(friday.configuration, 'somebody')
      await until('it is asked', 30, async () =>
        ((await admin.tries(probe))?.message ?? '').includes('Friday'),
      )
    })
    const service = await at().begun('flt-webhook')
    try {
      await installed
      expect(await at().held(service, 'webhook_denied')).toMatchObject({
        whose: 'another_team',
        detail: expect.stringContaining('not on a Friday'),
        nextStep: expect.stringMatching(/Ask who runs it. Then it goes on by itself/),
      })
      friday.will('hangs')
      expect(await at().held(service, 'webhook_unavailable')).toMatchObject({
        whose: 'another_team',
        detail: expect.stringContaining('friday.bank.example'),
      })
      friday.will('admits')
      expect(await at().finished(service)).toEqual(calm())
    } finally {
      await admin.remove(friday.configuration)
      friday.close()
    }
  })
}
