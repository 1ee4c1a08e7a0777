import { z } from 'zod'
import type { Result } from '#lib/result.ts'
import { ok } from '#lib/result.ts'
import { storedText } from '#lib/stored-text.ts'
import { GroupName, MemberId } from './scim.ts'
import {
  type Operation,
  partsOf,
  type ScimPatch,
  type Unfit,
  unfit,
  wordsOf,
} from './scim-patch.ts'

export type GroupPatch = {
  displayName?: string
  externalId?: string
  /** Who the members are instead of those there were. */
  replaceMembers?: string[]
  addMembers: string[]
  removeMembers: string[]
}

type Building = {
  facts: { displayName?: string; externalId?: string }
  replaced: Set<string> | undefined
  added: Set<string>
  removed: Set<string>
}

/** What patch operations, taken in their order, mean for a group: `members[value eq "…"]`, member lists and path-less objects alike. */
export function patchGroup(patch: ScimPatch): Result<GroupPatch, Unfit> {
  const building: Building = {
    facts: {},
    replaced: undefined,
    added: new Set(),
    removed: new Set(),
  }
  for (const operation of patch.Operations) {
    const parts = partsOf(operation)
    if (!parts.ok) return parts
    for (const [path, value] of parts.value) {
      const set = path.startsWith('members') ? setMembers : setFact
      const done = set(building, { op: operation.op, path, value })
      if (!done.ok) return done
    }
  }
  const { facts, replaced, added, removed } = building
  return ok({
    ...facts,
    ...(replaced ? { replaceMembers: [...replaced] } : {}),
    addMembers: [...added],
    removeMembers: [...removed],
  })
}

type Part = { op: Operation['op']; path: string; value: unknown }

function setMembers(building: Building, { op, path, value }: Part): Result<true, Unfit> {
  const one = /^members\[value eq "([^"]+)"\]$/.exec(path)?.[1]
  if (path !== 'members' && (!one || op === 'replace'))
    return unfit('invalidPath', 'a member is added or removed by members[value eq "…"]')
  const ids = one ? [one] : idsIn(value)
  if (!ids) return unfit('invalidValue', 'members are a list of { "value": id }')
  if (op === 'replace' || (op === 'remove' && !one && (value ?? null) === null)) {
    building.replaced = new Set(ids)
    building.added.clear()
    building.removed.clear()
    return ok(true)
  }
  for (const id of ids) {
    if (op === 'remove') building.replaced?.delete(id)
    building[op === 'add' ? 'added' : 'removed'].add(id)
    building[op === 'add' ? 'removed' : 'added'].delete(id)
  }
  return ok(true)
}

const FACTS = {
  displayname: { key: 'displayName', schema: GroupName },
  externalid: { key: 'externalId', schema: storedText(200).min(1) },
} as const

function setFact({ facts }: Building, { op, path, value }: Part): Result<true, Unfit> {
  if (path !== 'displayname' && path !== 'externalid') return ok(true)
  const fact = FACTS[path]
  const parsed = fact.schema.safeParse(op === 'remove' ? null : value)
  if (!parsed.success) return unfit('invalidValue', `${fact.key}: ${wordsOf(parsed.error)}`)
  facts[fact.key] = parsed.data
  return ok(true)
}

function idsIn(value: unknown): string[] | undefined {
  const list = Array.isArray(value) ? value : [value ?? []].flat()
  const parsed = z
    .array(z.union([MemberId, z.object({ value: MemberId }).transform((member) => member.value)]))
    .safeParse(list)
  return parsed.success ? parsed.data : undefined
}
