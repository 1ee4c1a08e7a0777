import { X } from 'lucide-react'
import Link from 'next/link'

/** A filter in force: "state is not Ready", with a link that takes it away. */
export function FilterToken({ what, is, without }: { what: string; is: string; without: string }) {
  return (
    <span className="token">
      <span>
        {what} <b className="name">{is}</b>
      </span>
      <Link href={without} scroll={false}>
        <X className="size-3" aria-hidden="true" />
        <span className="sr-only">
          Remove the filter {what} {is}
        </span>
      </Link>
    </span>
  )
}
