import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'

export type TemplateRow = {
  name: string
  state: string
  title: string
  description: string
  language: string | null
  owner: string | null
  version: number
  publishedAt: string
  publishedBy: string
  digest: string
  services: number
}

export type TemplatePage = TemplateRow & {
  starterImage: string | null
  servesHttp: boolean
  parameters: {
    name: string
    title: string
    description: string
    type: string
    required: boolean
    initial: string | null
  }[]
  files: { path: string; text: string }[]
  versions: {
    version: number
    digest: string
    publishedAt: string
    publishedBy: string
    withdrawn: boolean
    services: number
  }[]
}

type Schema = {
  required?: string[]
  properties?: Record<
    string,
    { title?: string; description?: string; type?: string; enum?: unknown[]; default?: unknown }
  >
}

const ISO = 'YYYY-MM-DD"T"HH24:MI:SS"Z"'

/** Every template with its newest version and how many services use it. */
export async function listTemplates(
  platform: Platform,
  viewer: Viewer,
  { q }: { q?: string | undefined },
): Promise<TemplateRow[]> {
  const words = q?.trim() ? `%${q.trim().replace(/[\\%_]/g, '\\$&')}%` : null
  return platform.read(
    viewer,
    (tx) => tx.$queryRaw<TemplateRow[]>`
      select t.name, t.state, v.definition->>'title' as title, v.definition->>'description' as description, v.definition->>'language' as language, g.name as owner, v.version,
        to_char(v.published_at at time zone 'UTC', ${ISO}) as "publishedAt", coalesce(p.display_name, v.published_by) as "publishedBy", encode(v.digest, 'hex') as digest,
        (select count(*)::int from service s where s.template_id = t.id) as services
      from template t join lateral (select * from template_version x where x.template_id = t.id and x.withdrawn_at is null order by x.version desc limit 1) v on true
        left join directory_group g on g.id = t.owner_group_id left join person p on p.id = v.published_by
      where ${words}::text is null or t.name ilike ${words} or v.definition->>'title' ilike ${words} or v.definition->>'description' ilike ${words}
      order by v.definition->>'title' limit 500`,
  )
}

/** One template with what it asks, what it writes and its versions; null when there is none of that name. */
export async function readTemplate(
  platform: Platform,
  viewer: Viewer,
  name: string,
): Promise<TemplatePage | null> {
  type Row = TemplateRow & {
    definition: { starterImage?: string; servesHttp?: boolean }
    schema: Schema
    tree: { path: string; content: string }[]
    versions: TemplatePage['versions']
  }
  const [row] = await platform.read(
    viewer,
    (tx) => tx.$queryRaw<Row[]>`
      select t.name, t.state, v.definition->>'title' as title, v.definition->>'description' as description, v.definition->>'language' as language, g.name as owner, v.version,
        to_char(v.published_at at time zone 'UTC', ${ISO}) as "publishedAt", v.published_by as "publishedBy", encode(v.digest, 'hex') as digest,
        (select count(*)::int from service s where s.template_id = t.id) as services, v.definition, v.parameter_schema as schema, v.file_tree as tree,
        (select jsonb_agg(jsonb_build_object('version', x.version, 'digest', encode(x.digest, 'hex'), 'publishedAt', to_char(x.published_at at time zone 'UTC', ${ISO}),
            'publishedBy', coalesce(p.display_name, x.published_by), 'withdrawn', x.withdrawn_at is not null,
            'services', (select count(*) from service s where s.template_id = t.id and s.template_version = x.version)) order by x.version desc)
          from template_version x left join person p on p.id = x.published_by where x.template_id = t.id) as versions
      from template t join lateral (select * from template_version x where x.template_id = t.id order by (x.withdrawn_at is null) desc, x.version desc limit 1) v on true
        left join directory_group g on g.id = t.owner_group_id where t.name = ${name}`,
  )
  if (!row) return null
  const { definition, schema, tree, ...rest } = row
  return {
    ...rest,
    starterImage: definition.starterImage ?? null,
    servesHttp: definition.servesHttp ?? false,
    parameters: parametersOf(schema),
    files: tree.map(({ path, content }) => ({ path, text: content })),
  }
}

function parametersOf({ properties = {}, required = [] }: Schema): TemplatePage['parameters'] {
  return Object.entries(properties).map(([name, property]) => ({
    name,
    title: property.title ?? name,
    description: property.description ?? '',
    type: property.enum ? `one of ${property.enum.join(', ')}` : (property.type ?? 'text'),
    required: required.includes(name),
    initial: property.default === undefined ? null : String(property.default),
  }))
}
