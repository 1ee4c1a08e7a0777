import type { Metadata } from 'next'
import Link from 'next/link'
import { notFound } from 'next/navigation'
import { changeNumber } from '#components/change-number.ts'
import { Page, PageHead } from '#components/shell/page.tsx'
import { Table } from '#components/ui/table.tsx'
import { Tag } from '#components/ui/tag.tsx'
import { Time } from '#components/ui/time.tsx'
import { counted, dataClassName, spaced } from '#components/words.ts'
import { may } from '#lib/auth/permissions.ts'
import { type CatalogItem, readItem } from '#lib/cmdb/catalog-queries.ts'
import { platform } from '#lib/web/platform.ts'
import { requireViewer } from '#lib/web/viewer.ts'

type Props = { params: Promise<{ id: string }> }

export const metadata: Metadata = { title: 'Configuration item' }

export default async function CatalogItemPage({ params }: Props) {
  const viewer = await requireViewer()
  if (!may(viewer, 'catalog.read')) notFound()
  const item = await readItem(platform(), viewer, (await params).id)
  if (!item) notFound()
  return (
    <Page crumbs={[{ label: 'Catalog', href: '/catalog' }, { label: item.name }]}>
      <PageHead
        title={item.name}
        beside={
          <>
            <Tag>{spaced(item.class)}</Tag>
            <Tag>{item.retiredAt ? 'retired' : spaced(item.stage)}</Tag>
          </>
        }
        sub={item.displayName === item.name ? null : item.displayName}
      />
      <div className="two">
        <div className="two-main">
          <Relations item={item} />
          <History history={item.history} />
        </div>
        <ItemAside item={item} />
      </div>
    </Page>
  )
}

function Relations({ item }: { item: CatalogItem }) {
  return (
    <section aria-labelledby="relations" className="mb-6">
      <div className="section-head">
        <h2 id="relations">Relations</h2>
        <span className="text-xs text-ink-3">{counted(item.relations.length, 'relation')}</span>
        {item.class === 'service' ? (
          <Link className="link ml-auto" href={`/services/${item.tenant}/${item.name}`}>
            Open the service
          </Link>
        ) : null}
      </div>
      {item.relations.length === 0 ? (
        <p className="text-ink-2">None.</p>
      ) : (
        <Table flat>
          <thead>
            <tr>
              <th scope="col">This item</th>
              <th scope="col">Other item</th>
              <th scope="col" className="not-phone">
                Class
              </th>
              <th scope="col" className="figure not-phone">
                Since
              </th>
            </tr>
          </thead>
          <tbody>
            {item.relations.map((relation) => (
              <tr key={`${relation.type} ${relation.id}`}>
                <td>{spaced(relation.type)}</td>
                <td className="wrap-anywhere">
                  <Link className="name" href={`/catalog/${relation.id}`}>
                    {relation.name}
                  </Link>
                </td>
                <td className="not-phone text-ink-2">{spaced(relation.class)}</td>
                <td className="figure not-phone whitespace-nowrap text-ink-2">
                  <Time at={relation.since} as="ago" />
                </td>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
    </section>
  )
}

function History({ history }: Pick<CatalogItem, 'history'>) {
  return (
    <section aria-labelledby="history">
      <h2 id="history" className="mb-2">
        History
      </h2>
      <ul className="rows">
        {history.map((version) => (
          <li key={version.version}>
            <span>
              <span className="name">Version {version.version}</span> by {version.actor}
              {version.change === null ? null : (
                <>
                  {' '}
                  through{' '}
                  <Link className="link mono" href={`/changes/${version.change}`}>
                    {changeNumber(version.change)}
                  </Link>
                </>
              )}
              <span className="block text-xs text-ink-2">
                {version.changed.length > 0
                  ? version.changed.map(spaced).join(', ')
                  : (version.reason ?? 'registered')}
              </span>
            </span>
            <span className="text-xs whitespace-nowrap text-ink-2">
              <Time at={version.at} as="ago" />
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

function ItemAside({ item }: { item: CatalogItem }) {
  const attributes = Object.entries(item.attributes)
  return (
    <aside className="aside" aria-label="About the item">
      <section aria-labelledby="about">
        <h2 id="about">About</h2>
        <dl className="pairs">
          <dt>Natural key</dt>
          <dd className="mono">{item.naturalKey}</dd>
          <dt>CSDM table</dt>
          <dd className="mono">{item.csdmTable ?? '–'}</dd>
          <dt>Id</dt>
          <dd className="mono">{item.id}</dd>
          <dt>Tenant</dt>
          <dd>{item.tenant}</dd>
          <dt>Owner</dt>
          <dd>{item.owner ?? 'none'}</dd>
          <dt>Tier</dt>
          <dd>{item.tier ?? '–'}</dd>
          <dt>Data</dt>
          <dd>{dataClassName(item.dataClass)}</dd>
          <dt>Changed</dt>
          <dd>
            <Time at={item.updatedAt} />
          </dd>
        </dl>
      </section>
      {attributes.length > 0 ? (
        <section aria-labelledby="attributes">
          <h2 id="attributes">Attributes</h2>
          <dl className="pairs">
            {attributes.map(([name, value]) => (
              <div key={name} className="contents">
                <dt>{spaced(name)}</dt>
                <dd className="mono">
                  {typeof value === 'string' ? value : JSON.stringify(value)}
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ) : null}
      {item.keys.length > 0 ? (
        <section aria-labelledby="keys">
          <h2 id="keys">Known as</h2>
          <dl className="pairs">
            {item.keys.map(({ scheme, value }) => (
              <div key={`${scheme} ${value}`} className="contents">
                <dt>{spaced(scheme)}</dt>
                <dd className="mono">{value}</dd>
              </div>
            ))}
          </dl>
        </section>
      ) : null}
    </aside>
  )
}
