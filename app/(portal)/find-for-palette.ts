import type { PaletteFind } from '#components/shell/shell-context.ts'
import { fluxStateOf } from '#components/states/look.ts'
import { findByName } from '#lib/cmdb/service-queries.ts'

type Asked = Parameters<typeof findByName>
type Found = Awaited<ReturnType<typeof findByName>>[number]

/** Finds for the palette, in the viewer's own scope. */
export async function findForPalette(
  platform: Asked[0],
  viewer: Asked[1],
  query: string,
): Promise<PaletteFind[]> {
  const found = await findByName(platform, viewer, query)
  return found.map(shown)
}

const GROUPS = { service: 'Services', change: 'Changes', item: 'Catalog' } as const

function shown({ kind, label, href, state }: Found): PaletteFind {
  const find = { group: GROUPS[kind], label, href }
  if (state === null) return find
  return kind === 'change'
    ? { ...find, state: { set: 'change', state } }
    : { ...find, state: { set: 'flux', state: fluxStateOf(Number(state)) } }
}
