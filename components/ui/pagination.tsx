import { ChevronLeft, ChevronRight } from 'lucide-react'
import { ButtonLink } from './button.tsx'

type PaginationProps = {
  /** What stands on the page: "Rows 1 to 50 of about 1,300". */
  summary: string
  back?: string | undefined
  next?: string | undefined
}

/** Keyset paging: Back and Next as links; no page numbers, no counts of everything. */
export function Pagination({ summary, back, next }: PaginationProps) {
  return (
    <nav className="bar" aria-label="Pages">
      <p className="text-xs text-ink-2">{summary}</p>
      <div className="bar-acts">
        {back ? (
          <ButtonLink size="small" href={back} rel="prev">
            <ChevronLeft className="icon" aria-hidden="true" />
            Back
          </ButtonLink>
        ) : null}
        {next ? (
          <ButtonLink size="small" href={next} rel="next">
            Next
            <ChevronRight className="icon" aria-hidden="true" />
          </ButtonLink>
        ) : null}
      </div>
    </nav>
  )
}
