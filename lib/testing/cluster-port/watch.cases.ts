import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Cluster, ListQuery, WatchEvent, WatchNews } from '#lib/ports/cluster.ts'
import { type Between, standBetween } from './between.ts'
import { dialed, FLUX_KINDS, type Home, homeOn, type OnGround, until } from './ground.ts'

const { apiVersion, kind } = FLUX_KINDS.source

/** A watch that somebody reads, until it is stopped. */
function watching(cluster: Cluster, query: ListQuery, resourceVersion?: string) {
  const controller = new AbortController()
  const seen: WatchEvent[] = []
  const news: WatchNews[] = []
  const read = async () => {
    const options = {
      signal: controller.signal,
      told: (each: WatchNews) => news.push(each),
      ...(resourceVersion ? { resourceVersion } : {}),
    }
    for await (const event of cluster.watch(query, options)) seen.push(event)
  }
  const over = read()
  return {
    seen,
    told: (what: WatchNews['what']) => news.filter((each) => each.what === what),
    /** Whether an event of an object came, at or after a place. */
    has: (type: WatchEvent['type'], name?: string, from = 0) =>
      seen
        .slice(from)
        .some(
          (event) =>
            event.type === type &&
            (event.type === 'BOOKMARK' || !name || event.object.metadata.name === name),
        ),
    async stop() {
      controller.abort()
      await over
    },
  }
}

/** Watching, as every cluster answers it. */
export function watchCases(on: OnGround): void {
  describe('watch', () => {
    let home: Home
    beforeAll(async () => {
      home = await homeOn(on(), 'watch')
    })
    following(on, () => home)
    interrupted(on, () => home)
    inTrouble(on, () => home)
  })
}

const query = (home: Home): ListQuery => ({ apiVersion, kind, namespace: home.namespace })
/** A source that Flux leaves alone. */
const source = (home: Home, name: string, interval = '1m', labels: Record<string, string> = {}) => {
  const url = 'https://git.bank.example/payments/watched.git'
  const made = home.object(apiVersion, kind, name, { spec: { interval, url, suspend: true } })
  return { ...made, metadata: { ...made.metadata, labels } }
}

function following(on: OnGround, home: () => Home): void {
  test('what stands comes first, then what changes, without managed fields', async () => {
    const { hub } = on()
    await hub.apply(source(home(), 'stands'), {})
    const watch = watching(hub, query(home()))
    await until('the list came', async () => watch.has('BOOKMARK'))
    expect(watch.has('ADDED', 'stands')).toBe(true)
    await hub.apply(source(home(), 'comes'), {})
    await until('the new one came', async () => watch.has('ADDED', 'comes'))
    await hub.apply(source(home(), 'comes', '2m'), {})
    await until('its change came', async () =>
      watch.seen.some(
        (event) =>
          event.type === 'MODIFIED' &&
          event.object.metadata.name === 'comes' &&
          (event.object.spec as { interval: string }).interval === '2m',
      ),
    )
    await hub.remove(home().at(apiVersion, kind, 'comes'))
    await until('its end came', async () => watch.has('DELETED', 'comes'))
    await watch.stop()
    const versions = watch.seen.slice(1).map(({ resourceVersion }) => Number(resourceVersion))
    expect(versions.every((version) => version > 0)).toBe(true)
    for (const event of watch.seen)
      if (event.type !== 'BOOKMARK') {
        expect(event.object).toMatchObject({ apiVersion, kind })
        expect(event.object.metadata).not.toHaveProperty('managedFields')
      }
  })

  test('only what the labels and the namespace choose comes', async () => {
    const { hub } = on()
    const watch = watching(hub, { ...query(home()), labelSelector: 'team=a' })
    await until('the list came', async () => watch.has('BOOKMARK'))
    await hub.apply(source(home(), 'of-b', '1m', { team: 'b' }), {})
    await hub.apply(source(home(), 'of-a', '1m', { team: 'a' }), {})
    await until('the chosen one came', async () => watch.has('ADDED', 'of-a'))
    await watch.stop()
    const names = watch.seen.flatMap((event) =>
      event.type === 'BOOKMARK' ? [] : [event.object.metadata.name],
    )
    expect(new Set(names)).toEqual(new Set(['of-a']))
  })

  test('from a version only later changes come, and none is missed', async () => {
    const { hub } = on()
    const made = await hub.apply(source(home(), 'before'), {})
    await hub.apply(source(home(), 'between'), {})
    const watch = watching(
      hub,
      query(home()),
      made.outcome === 'conflict' ? '' : made.resourceVersion,
    )
    await until('what came later is here', async () => watch.has('ADDED', 'between'))
    await watch.stop()
    expect(watch.has('ADDED', 'before')).toBe(false)
  })
}

function interrupted(on: OnGround, home: () => Home): void {
  let between: Between
  let through: Cluster
  beforeAll(async () => {
    between = await standBetween(on().access)
    through = dialed(between.access)
  })
  afterAll(() => between?.close())
  const lists = () => between.asked.filter((asked) => asked.includes('limit=')).length

  test('a stream that is cut goes on where it was, and misses nothing', async () => {
    const watch = watching(through, query(home()))
    await until('the list came', async () => watch.has('BOOKMARK'))
    await until('it is open', async () => between.asked.some((asked) => asked.includes('watch=')))
    const before = lists()
    for (const name of ['cut-1', 'cut-2', 'cut-3']) {
      between.cutAll()
      await on().hub.apply(source(home(), name), {})
      await until(`${name} came`, async () => watch.has('ADDED', name))
    }
    expect(lists()).toBe(before)
    await watch.stop()
  })

  // A server tells of a version only when the kind has moved since the list: on a kind at rest no
  // bookmark ever comes. So another namespace moves, of which this watch sees nothing.
  test('a stream ends by its time with a bookmark, and goes on', async () => {
    const aside = await homeOn(on(), 'aside')
    let moves = 0
    between.meddle((url) => {
      if (url.searchParams.has('watch')) url.searchParams.set('timeoutSeconds', '3')
      return undefined
    })
    const watch = watching(through, query(home()))
    await until('the list came', async () => watch.has('BOOKMARK'))
    const listed = watch.seen.length
    await until('it ended once', async () => watch.told('ended').length > 0)
    await until('a bookmark came', async () => {
      await on().hub.apply(source(aside, 'elsewhere', '1m', { move: String(moves++) }), {})
      return watch.has('BOOKMARK', undefined, listed)
    })
    expect(watch.seen.slice(listed).every((event) => event.type === 'BOOKMARK')).toBe(true)
    await on().hub.apply(source(home(), 'after-the-end'), {})
    await until('it goes on', async () => watch.has('ADDED', 'after-the-end'))
    await watch.stop()
    expect(watch.told('expired')).toEqual([])
  })

  for (const [how, answer] of [
    ['told in the stream', undefined],
    [
      'told by status 410',
      { status: 410, body: '{"kind":"Status","status":"Failure","code":410}' },
    ],
  ] as const)
    test(`a place that is too old, ${how}, begins anew with a list`, async () => {
      let spoilt = 0
      between.meddle((url) => {
        if (!url.searchParams.has('watch') || spoilt > 0) return undefined
        spoilt += 1
        url.searchParams.set('resourceVersion', '1')
        return answer
      })
      const before = lists()
      const watch = watching(through, query(home()))
      await until('it was too old', async () => watch.told('expired').length === 1)
      await until('it is listed again', async () => lists() === before + 2)
      const name = `anew-${how.length}`
      await on().hub.apply(source(home(), name), {})
      await until('it goes on', async () => watch.has('ADDED', name))
      await watch.stop()
    })
}

function inTrouble(on: OnGround, home: () => Home): void {
  let between: Between
  let through: Cluster
  beforeAll(async () => {
    between = await standBetween(on().access)
    through = dialed(between.access)
  })
  afterAll(() => between?.close())

  test('a refusal, silence and a kind that is not served are told; the watch ends only when it is stopped', async () => {
    const reasonOf = (each: WatchNews | undefined) => (each?.error as { reason?: string })?.reason
    for (const [cluster, asked, reason] of [
      [dialed(between.access, { token: 'not-a-token' }), query(home()), 'unauthorised'],
      [through, { apiVersion: 'example.org/v1', kind: 'Nothing' }, 'not_served'],
    ] as const) {
      const watch = watching(cluster, asked)
      await until(reason, async () => reasonOf(watch.told('failed').at(-1)) === reason)
      await watch.stop()
    }
    between.meddle((url) => (url.searchParams.has('watch') ? 'silence' : undefined))
    const hasty = watching(dialed(between.access, { timeoutMs: 300 }), query(home()))
    await until('silence', async () => reasonOf(hasty.told('failed').at(-1)) === 'timeout')
    between.meddle(null)
    await on().hub.apply(source(home(), 'after-silence'), {})
    await until('it goes on', async () => hasty.has('ADDED', 'after-silence'))
    await hasty.stop()
  })
}
