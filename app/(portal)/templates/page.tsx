import type { Metadata } from 'next'
import Link from 'next/link'
import { notFound } from 'next/navigation'
import { single } from '#components/list-url.ts'
import { Page, PageHead } from '#components/shell/page.tsx'
import { ButtonLink } from '#components/ui/button.tsx'
import { Empty } from '#components/ui/empty.tsx'
import { ListSearch } from '#components/ui/list-search.tsx'
import { Table } from '#components/ui/table.tsx'
import { Tag } from '#components/ui/tag.tsx'
import { Time } from '#components/ui/time.tsx'
import { may } from '#lib/auth/permissions.ts'
import { listTemplates } from '#lib/templates/queries.ts'
import { platform } from '#lib/web/platform.ts'
import { requireViewer } from '#lib/web/viewer.ts'

export const metadata: Metadata = { title: 'Templates' }

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> }

export default async function TemplatesPage({ searchParams }: Props) {
  const viewer = await requireViewer()
  if (!may(viewer, 'platform.read')) notFound()
  const query = single(await searchParams)
  const rows = await listTemplates(platform(), viewer, { q: query.q?.slice(0, 100) })
  return (
    <Page crumbs={[{ label: 'Templates' }]}>
      <PageHead title="Templates" sub="What a new service starts from. A version never changes." />
      <div className="filters">
        <ListSearch label="Search templates" placeholder="Name or what it makes" query={query} />
      </div>
      {rows.length === 0 ? (
        <Empty
          title={query.q ? 'No template matches.' : 'No template yet.'}
          act={query.q ? <ButtonLink href="/templates">Clear the search</ButtonLink> : null}
        />
      ) : null}
      {rows.length > 0 ? (
        <Table full>
          <thead>
            <tr>
              <th scope="col">Template</th>
              <th scope="col" className="not-phone">
                What it makes
              </th>
              <th scope="col">Version</th>
              <th scope="col" className="not-phone">
                Published
              </th>
              <th scope="col" className="figure">
                Services
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.name}>
                <td>
                  <Link className="name" href={`/templates/${row.name}`}>
                    {row.title}
                  </Link>{' '}
                  {row.state === 'active' ? null : <Tag>{row.state}</Tag>}
                </td>
                <td className="not-phone text-ink-2">{row.description}</td>
                <td>v{row.version}</td>
                <td className="not-phone whitespace-nowrap text-ink-2">
                  <Time at={row.publishedAt} as="day" />
                </td>
                <td className="figure">{row.services}</td>
              </tr>
            ))}
          </tbody>
        </Table>
      ) : null}
    </Page>
  )
}
