'use client'
import { usePathname, useRouter } from 'next/navigation'
import { listUrl } from '#components/list-url.ts'
import { Select } from './field.tsx'

type FilterSelectProps = {
  /** The URL's parameter. */
  name: string
  label: string
  /** What stands for no filter: "Every tenant". */
  any: string
  choices: readonly { value: string; label: string }[]
  query: Readonly<Record<string, string | undefined>>
}

/** One filter of a list; choosing changes the URL. */
export function FilterSelect({ name, label, any, choices, query }: FilterSelectProps) {
  const router = useRouter()
  const path = usePathname()
  return (
    <span className="filter-select">
      <Select
        name={name}
        aria-label={label}
        value={query[name] ?? ''}
        onChange={(event) =>
          router.replace(listUrl(path, query, { [name]: event.target.value }), { scroll: false })
        }
      >
        <option value="">{any}</option>
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value}>
            {choice.label}
          </option>
        ))}
      </Select>
    </span>
  )
}
