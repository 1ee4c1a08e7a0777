import Link from 'next/link'
import { listUrl } from '#components/list-url.ts'
import { buttonClass } from '#components/ui/button-class.ts'
import { FilterToken } from '#components/ui/filter-token.tsx'
import { ListSearch } from '#components/ui/list-search.tsx'

type Query = Readonly<Record<string, string | undefined>>

/** Search and the filters in force; every one stands in the URL. */
export function ServiceFilters({
  query,
  environments,
}: {
  query: Query
  environments: readonly string[]
}) {
  const to = (change: Query) => listUrl('/services', query, change)
  return (
    <div className="filters">
      <ListSearch label="Search services" placeholder="Name of a service" query={query} />
      {query.env ? (
        <FilterToken what="environment is" is={query.env} without={to({ env: undefined })} />
      ) : null}
      {query.tenant ? (
        <FilterToken what="tenant is" is={query.tenant} without={to({ tenant: undefined })} />
      ) : null}
      {query.env
        ? null
        : environments.map((environment) => (
            <Link
              key={environment}
              className={buttonClass({ kind: 'quiet', size: 'small' })}
              href={to({ env: environment })}
              scroll={false}
            >
              {environment}
            </Link>
          ))}
    </div>
  )
}
