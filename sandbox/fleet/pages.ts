import type { KubeObject } from './object.ts'
import { StatusError } from './status.ts'

type Place = { v: 'meta.k8s.io/v1'; rv: number; start: string }

/** One page of a list in the order of its keys, and where the next begins. A place older than what is remembered is gone (410). */
export function pageOf(
  all: readonly KubeObject[],
  { limit, token, now, oldest }: { limit: number; token: string; now: number; oldest: number },
): { items: readonly KubeObject[]; version: number; next: Record<string, unknown> } {
  const place = token ? placeFrom(token) : { rv: now, start: '' }
  if (place.rv < oldest) throw expired(now, place.start)
  const sorted = all.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
  const left = sorted.filter((object) => keyOf(object) > place.start)
  const items = limit > 0 ? left.slice(0, limit) : left
  const last = items.at(-1)
  const more = left.length - items.length
  const next =
    more > 0 && last ? { continue: tokenOf(place.rv, keyOf(last)), remainingItemCount: more } : {}
  return { items, version: place.rv, next }
}

function keyOf({ metadata }: KubeObject): string {
  return `${metadata.namespace ?? ''}/${metadata.name}\u0000`
}

function tokenOf(rv: number, start: string): string {
  const place: Place = { v: 'meta.k8s.io/v1', rv, start }
  return Buffer.from(JSON.stringify(place)).toString('base64url')
}

function placeFrom(token: string): Place {
  try {
    const place = JSON.parse(Buffer.from(token, 'base64url').toString()) as Place
    if (place.v === 'meta.k8s.io/v1' && typeof place.start === 'string') return place
  } catch {
    // told below
  }
  throw new StatusError(400, 'BadRequest', 'continue key is not valid: illegal base64 data')
}

function expired(now: number, start: string): StatusError {
  const error = new StatusError(
    410,
    'Expired',
    'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.',
  )
  error.body.metadata = { continue: tokenOf(now, start) }
  return error
}
