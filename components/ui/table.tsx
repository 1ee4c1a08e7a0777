import { ArrowDown, ArrowUp } from 'lucide-react'
import Link from 'next/link'
import type { ComponentProps } from 'react'
import { cn } from './class-names.ts'

/** A semantic table. `full` reaches both edges of the page; `flat` rows do not react to the pointer. */
export function Table({
  full,
  flat,
  className,
  ...rest
}: ComponentProps<'table'> & { full?: boolean; flat?: boolean }) {
  return (
    <table
      {...rest}
      className={cn('table', full && 'table-full', flat && 'table-flat', className)}
    />
  )
}

type SortHeadProps = {
  label: string
  /** Where a click leads: the same list, sorted by this column. */
  href: string
  sorted?: 'ascending' | 'descending' | undefined
} & ComponentProps<'th'>

/** A column head that sorts by changing the URL. */
export function SortHead({ label, href, sorted, ...rest }: SortHeadProps) {
  const Arrow = sorted === 'ascending' ? ArrowUp : ArrowDown
  return (
    <th scope="col" aria-sort={sorted} {...rest}>
      <Link href={href}>
        {label}
        {sorted ? <Arrow className="size-3" aria-hidden="true" /> : null}
      </Link>
    </th>
  )
}
