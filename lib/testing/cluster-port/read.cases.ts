import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Between, standBetween } from './between.ts'
import { dialed, FLUX_KINDS, type Home, homeOn, type OnGround, until } from './ground.ts'

const NAMES = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((letter) => `paged-${letter}`)

/** Reading and listing, as every cluster answers them. */
export function readCases(on: OnGround): void {
  describe('read', () => {
    let home: Home
    beforeAll(async () => {
      home = await homeOn(on(), 'read')
      for (const name of NAMES) {
        const labels = { set: 'paged', place: name.slice(-1) }
        await on().hub.apply(home.map(name, {}, { labels }), {})
      }
    })
    listing(on, () => home)
    paging(on, () => home)
    facts(on, () => home)
  })
}

const PAGED = { apiVersion: 'v1', kind: 'ConfigMap', labelSelector: 'set=paged' }
const namesOf = (objects: readonly { metadata: { name: string } }[]) =>
  objects.map(({ metadata }) => metadata.name).sort()

function listing(on: OnGround, home: () => Home): void {
  test('what is not there, or of a kind that is not served, reads as null', async () => {
    const { hub } = on()
    expect(await hub.read(home().at('v1', 'ConfigMap', 'nobody'))).toBeNull()
    expect(await hub.read(home().at('example.org/v1', 'Nothing', 'x'))).toBeNull()
    expect(await hub.read(home().at('v1', 'Nothing', 'x'))).toBeNull()
    expect(
      await hub.read({ apiVersion: 'v1', kind: 'Namespace', name: 'no-such-namespace' }),
    ).toBeNull()
  })

  test('a list is of one namespace and of labels, and each item says what it is', async () => {
    const { hub, reader } = on()
    const { namespace } = home()
    const found = await hub.list({ ...PAGED, namespace })
    expect(namesOf(found)).toEqual(NAMES)
    for (const each of found) expect(each).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap' })
    const both = { ...PAGED, namespace, labelSelector: 'set=paged,place=b' }
    expect(namesOf(await hub.list(both))).toEqual(['paged-b'])
    for (const [labelSelector, names] of [
      ['set=paged,place!=a,place!=b', NAMES.slice(2)],
      ['set=paged,place in (a,b)', NAMES.slice(0, 2)],
      ['place,place notin (a,b,c)', NAMES.slice(3)],
      ['set=nothing', []],
    ] as const)
      expect(namesOf(await hub.list({ ...PAGED, namespace, labelSelector }))).toEqual(names)
    const everywhere = await reader.list({ ...PAGED })
    expect(namesOf(everywhere.filter((each) => each.metadata.namespace === namespace))).toEqual(
      NAMES,
    )
    expect(await hub.list({ ...PAGED, namespace, labelSelector: '!set,place' })).toEqual([])
  })

  test('a list of a kind that is not served, and of a namespace that is not there, is empty', async () => {
    const { hub, reader } = on()
    expect(await hub.list({ apiVersion: 'example.org/v1', kind: 'Nothing' })).toEqual([])
    expect(await reader.list({ ...PAGED, namespace: 'no-such-namespace' })).toEqual([])
  })
}

function paging(on: OnGround, home: () => Home): void {
  let between: Between
  beforeAll(async () => {
    between = await standBetween(on().access)
  })
  afterAll(() => between?.close())
  const paged = (url: URL) => {
    if (url.searchParams.has('limit')) url.searchParams.set('limit', '3')
    return undefined
  }

  test('a list longer than a page comes whole, page by page', async () => {
    between.meddle(paged)
    const found = await dialed(between.access).list({ ...PAGED, namespace: home().namespace })
    expect(namesOf(found)).toEqual(NAMES)
    expect(between.asked.filter((asked) => asked.includes('continue='))).toHaveLength(2)
  })

  test('where a page’s place has expired, the list begins anew and is whole', async () => {
    let seen = 0
    const old = { v: 'meta.k8s.io/v1', rv: 2, start: 'default\u0000' }
    const expired = Buffer.from(JSON.stringify(old)).toString('base64url')
    await until(
      'an old place has expired; a real server needs --etcd-compaction-interval=5s for that',
      async () => {
        seen = between.asked.length
        let spoilt = false
        between.meddle((url) => {
          paged(url)
          if (url.searchParams.has('continue') && !spoilt) {
            spoilt = true
            url.searchParams.set('continue', expired)
          }
          return undefined
        })
        const found = await dialed(between.access).list({ ...PAGED, namespace: home().namespace })
        if (between.asked.slice(seen).filter((each) => each.includes('limit=')).length < 5)
          return false
        expect(namesOf(found)).toEqual(NAMES)
        return true
      },
    )
  })
}

function facts(on: OnGround, home: () => Home): void {
  test('discovery tells what is served, and what may stand in a namespace', async () => {
    const { hub } = on()
    const { source, kustomization } = FLUX_KINDS
    expect(await hub.serves(source.apiVersion, source.kind)).toBe(true)
    expect(await hub.serves(kustomization.apiVersion, kustomization.kind)).toBe(true)
    expect(await hub.serves('v1', 'Namespace')).toBe(true)
    expect(await hub.serves('kustomize.toolkit.fluxcd.io/v9', 'Kustomization')).toBe(false)
    expect(await hub.serves('v1', 'Nothing')).toBe(false)
    const kinds = await hub.namespacedKinds()
    for (const kind of [source, kustomization, { apiVersion: 'v1', kind: 'ConfigMap' }])
      expect(kinds).toContainEqual(kind)
    expect(kinds.some(({ kind }) => kind === 'Namespace')).toBe(false)
    expect(new Set(kinds.map(({ apiVersion, kind }) => `${apiVersion} ${kind}`)).size).toBe(
      kinds.length,
    )
  })

  test('a cluster is observed: version, identity, what it serves, Flux and its clock', async () => {
    const seen = await on().hub.observe()
    expect(seen).toMatchObject({
      kubernetesVersion: expect.stringMatching(/^v1\.36\./),
      uid: expect.stringMatching(/^[0-9a-f-]{36}$/),
      served: expect.arrayContaining([
        'v1',
        FLUX_KINDS.source.apiVersion,
        FLUX_KINDS.kustomization.apiVersion,
      ]),
      fluxVersion: expect.stringMatching(/^v2\.9\./),
    })
    expect(Math.abs((seen.serverTime ?? 0) - Date.now())).toBeLessThan(5000)
    const system = await on().hub.read({ apiVersion: 'v1', kind: 'Namespace', name: 'kube-system' })
    expect(system?.metadata.uid).toBe(seen.uid)
  })

  test('our own rights are told: more in a namespace that we made, and no Secret elsewhere', async () => {
    const { hub } = on()
    const may = async (namespace: string, resource: string, verb: string) => {
      const { rules } = await hub.ownRights(namespace)
      return rules.some(
        ({ resources = [], verbs }) => resources.includes(resource) && verbs.includes(verb),
      )
    }
    expect(await may('default', 'namespaces', 'create')).toBe(true)
    expect(await may('default', 'kustomizations', 'watch')).toBe(true)
    expect(await may('default', 'kustomizations', 'patch')).toBe(false)
    expect(await may('default', 'secrets', 'list')).toBe(false)
    expect(await may(home().namespace, 'kustomizations', 'patch')).toBe(true)
    expect(await may(home().namespace, 'secrets', 'list')).toBe(true)
    expect(await may(home().namespace, 'secrets', 'get')).toBe(false)
  })
}
