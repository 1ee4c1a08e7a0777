import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { listUrl, single } from '#components/list-url.ts'
import { Page, PageHead } from '#components/shell/page.tsx'
import { ButtonLink } from '#components/ui/button.tsx'
import { Empty } from '#components/ui/empty.tsx'
import { FilterSelect } from '#components/ui/filter-select.tsx'
import { FilterToken } from '#components/ui/filter-token.tsx'
import { ListSearch } from '#components/ui/list-search.tsx'
import { Pagination } from '#components/ui/pagination.tsx'
import { counted } from '#components/words.ts'
import { AUDIT_ACTIONS } from '#lib/audit/event.ts'
import { listAudit, listChains } from '#lib/audit/queries.ts'
import { may } from '#lib/auth/permissions.ts'
import { listSigningKeys } from '#lib/evidence/queries.ts'
import { platform } from '#lib/web/platform.ts'
import { requireViewer } from '#lib/web/viewer.ts'
import { AuditTable } from './_components/audit-table.tsx'
import { SigningKeys } from './_components/signing-keys.tsx'
import { TakeChain } from './_components/take-chain.tsx'
import { VerifyChains } from './_components/verify-chains.tsx'
import { actionWords } from './_components/words.ts'

export const metadata: Metadata = { title: 'Audit' }

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> }

export default async function AuditPage({ searchParams }: Props) {
  const viewer = await requireViewer()
  if (!may(viewer, 'audit.read')) notFound()
  const query = single(await searchParams)
  const [{ rows, back, next }, chains, keys] = await Promise.all([
    listAudit(platform(), viewer, { ...query, q: query.q?.slice(0, 100) }),
    listChains(platform(), viewer),
    listSigningKeys(platform(), viewer),
  ])
  const to = (change: Record<string, string | undefined>) => listUrl('/audit', query, change)
  const narrowed = Boolean(query.q || query.tenant || query.action || query.from || query.to)
  const total = chains.reduce((sum, chain) => sum + chain.events, 0)
  return (
    <Page crumbs={[{ label: 'Audit' }]}>
      <PageHead
        title="Audit"
        sub={`${counted(total, 'event')} in ${counted(chains.length, 'chain')}. Each event holds the hash of the one before it.`}
        acts={
          <>
            <ButtonLink size="small" href="/audit/reports">
              Reports
            </ButtonLink>
            {may(viewer, 'platform.read') ? (
              <ButtonLink size="small" href="/audit/destinations">
                Destinations
              </ButtonLink>
            ) : null}
            <ButtonLink size="small" href={listUrl('/audit/export', query, {})} prefetch={false}>
              Export CSV
            </ButtonLink>
            <VerifyChains />
          </>
        }
      />
      <div className="filters">
        <ListSearch label="Search events" placeholder="CHG-12, an id, or who acted" query={query} />
        <FilterSelect
          name="tenant"
          label="Tenant"
          any="Every chain"
          query={query}
          choices={chains.map(({ tenant, name }) => ({ value: tenant, label: name }))}
        />
        <FilterSelect
          name="action"
          label="What happened"
          any="Every act"
          query={query}
          choices={AUDIT_ACTIONS.map((value) => ({ value, label: actionWords(value) }))}
        />
        {query.from ? (
          <FilterToken what="from" is={query.from} without={to({ from: undefined })} />
        ) : null}
        {query.to ? (
          <FilterToken what="until" is={query.to} without={to({ to: undefined })} />
        ) : null}
      </div>
      {rows.length > 0 ? <AuditTable rows={rows} many={chains.length > 1} /> : null}
      {rows.length === 0 ? (
        <Empty
          title={narrowed ? 'No event matches.' : 'Nothing has happened yet.'}
          act={narrowed ? <ButtonLink href="/audit">Clear filters</ButtonLink> : null}
        />
      ) : null}
      {back || next ? (
        <Pagination
          summary={counted(rows.length, 'event')}
          back={back && to({ before: back })}
          next={next && to({ after: next })}
        />
      ) : null}
      {chains.length > 0 ? <TakeChain chains={chains} /> : null}
      <SigningKeys keys={keys} />
    </Page>
  )
}
