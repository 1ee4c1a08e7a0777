import Link from 'next/link'
import type { ReactNode } from 'react'
import { Glyph } from '#components/glyph.tsx'
import { MenuButton, NoticesBell, SearchButton } from './top-tools.tsx'

export type Crumb = { label: string; href?: string }

type PageProps = {
  /** Where this stands, the page itself last. */
  crumbs: readonly Crumb[]
  /** At the right of the top bar: live mark, previous and next. */
  tools?: ReactNode
  children: ReactNode
}

/** A page inside the frame: top bar with breadcrumb, then `main`. */
export function Page({ crumbs, tools, children }: PageProps) {
  return (
    <>
      <header className="topbar">
        <MenuButton />
        <span className="phone-only">
          <Glyph className="size-5" />
        </span>
        <nav aria-label="Breadcrumb" className="min-w-0 flex-1">
          <ol className="crumbs">
            {crumbs.map((crumb) => (
              <li key={crumb.label} className="cut">
                {crumb.href ? (
                  <Link href={crumb.href}>{crumb.label}</Link>
                ) : (
                  <span className="cut" aria-current="page">
                    {crumb.label}
                  </span>
                )}
              </li>
            ))}
          </ol>
        </nav>
        <div className="flex items-center gap-1">
          {tools}
          <SearchButton />
          <NoticesBell />
        </div>
      </header>
      <main id="main" tabIndex={-1}>
        {children}
      </main>
    </>
  )
}

type PageHeadProps = { title: ReactNode; sub?: ReactNode; beside?: ReactNode; acts?: ReactNode }

/** Title, what stands beside it (a state), one line below it, and the acts. */
export function PageHead({ title, sub, beside, acts }: PageHeadProps) {
  return (
    <div className="page-head">
      <div className="min-w-0 flex-1">
        <div className="flex flex-wrap items-center gap-2.5">
          <h1 className="wrap-anywhere">{title}</h1>
          {beside}
        </div>
        {sub ? <div className="mt-0.5 text-ink-2">{sub}</div> : null}
      </div>
      {acts ? <div className="page-acts">{acts}</div> : null}
    </div>
  )
}
