import type { ReactNode } from 'react'
import { cn } from './class-names.ts'

/** A small framed word: a cluster, a version, a class of data. */
export function Tag({
  mono,
  bad,
  children,
}: {
  mono?: boolean
  bad?: boolean
  children: ReactNode
}) {
  return <span className={cn('tag', mono && 'mono', bad && 'tag-bad')}>{children}</span>
}
