'use client'
import { Search } from 'lucide-react'
import { usePathname, useRouter } from 'next/navigation'
import { type FormEvent, useEffect, useRef, useState } from 'react'

const PAUSE_MS = 300

type ListSearchProps = {
  label: string
  placeholder: string
  /** The list's filters as they stand in the URL; `q` is this field. */
  query: Readonly<Record<string, string | undefined>>
}

/** Searches a list by changing its URL, a moment after typing stops; Enter at once. Works as a plain form, too. */
export function ListSearch({ label, placeholder, query }: ListSearchProps) {
  const router = useRouter()
  const path = usePathname()
  const [text, setText] = useState(query.q ?? '')
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])

  function go(q: string): void {
    clearTimeout(timer.current)
    const kept = Object.entries({ ...query, q, after: '', before: '' }).filter(
      (pair): pair is [string, string] => Boolean(pair[1]),
    )
    router.replace(`${path}?${new URLSearchParams(kept)}`, { scroll: false })
  }

  function onSubmit(event: FormEvent): void {
    event.preventDefault()
    go(text)
  }

  return (
    <search className="find">
      <form action={path} onSubmit={onSubmit}>
        <Search className="icon" aria-hidden="true" />
        <label className="sr-only" htmlFor="list-search">
          {label}
        </label>
        <input
          id="list-search"
          type="search"
          name="q"
          className="input"
          value={text}
          placeholder={placeholder}
          maxLength={100}
          autoComplete="off"
          onChange={(event) => {
            const q = event.target.value
            setText(q)
            clearTimeout(timer.current)
            timer.current = setTimeout(() => go(q), PAUSE_MS)
          }}
        />
      </form>
    </search>
  )
}
