import { PLATFORM_TENANT } from '#lib/id.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'
import type { PolicyBody, PolicyScope } from './policy.ts'
import { loadPolicy } from './policy-store.ts'

export type PolicyToEdit = {
  id: string
  name: string
  /** Null: it is not in force. */
  active: number | null
  newest: number
  scope: PolicyScope
  body: PolicyBody
}

export type EditorChoices = {
  tenants: { slug: string; name: string }[]
  environments: string[]
  /** Names of groups that name exactly one group. */
  groups: string[]
  people: { userName: string; name: string }[]
}

/** One approval policy as its editor opens it; null when there is none of that id. */
export async function readPolicyToEdit(
  platform: Platform,
  viewer: Viewer,
  id: string,
): Promise<PolicyToEdit | null> {
  return platform.read(viewer, async (tx) => (await loadPolicy(tx, id)) ?? null)
}

/** What the editor of approval policies offers; at most so many people and groups as a list stays usable. */
export async function readEditorChoices(
  platform: Platform,
  viewer: Viewer,
): Promise<EditorChoices> {
  return platform.read(viewer, async (tx) => {
    const [row] = await tx.$queryRaw<EditorChoices[]>`
      select coalesce((select jsonb_agg(jsonb_build_object('slug', slug, 'name', name) order by name) from tenant where id <> ${PLATFORM_TENANT}), '[]') as tenants,
        coalesce((select jsonb_agg(name order by rank) from environment), '[]') as environments,
        coalesce((select jsonb_agg(name order by name) from (select name from directory_group group by name having count(*) = 1 order by name limit 500) g), '[]') as groups,
        coalesce((select jsonb_agg(jsonb_build_object('userName', user_name, 'name', display_name) order by display_name)
          from (select user_name, display_name from person where status = 'active' order by display_name limit 500) p), '[]') as people`
    return row ?? { tenants: [], environments: [], groups: [], people: [] }
  })
}
