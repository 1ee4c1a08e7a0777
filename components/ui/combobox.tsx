'use client'
import { Combobox as Base } from '@base-ui/react/combobox'
import { Check, ChevronsUpDown } from 'lucide-react'

export type ComboboxOption = {
  value: string
  label: string
  about?: string
  /** Why it cannot be chosen: shown, not selectable. */
  barred?: string | undefined
}

type ComboboxProps = {
  id: string
  options: readonly ComboboxOption[]
  value: string | null
  onChange: (value: string) => void
  placeholder?: string
  invalid?: boolean
}

/** One of many, found by typing. Stands inside a `Field` of the same id. */
export function Combobox({ id, options, value, onChange, placeholder, invalid }: ComboboxProps) {
  return (
    <Base.Root
      items={options}
      value={options.find((option) => option.value === value) ?? null}
      onValueChange={(option) => option && onChange(option.value)}
      itemToStringLabel={(option: ComboboxOption) => option.label}
      isItemEqualToValue={(one: ComboboxOption, other: ComboboxOption) => one.value === other.value}
      autoHighlight
    >
      <span className="relative block">
        <Base.Input
          id={id}
          className="input pr-9"
          placeholder={placeholder}
          aria-invalid={invalid || undefined}
          aria-describedby={`${id}-hint`}
        />
        <Base.Trigger className="button button-quiet button-icon absolute top-[calc(var(--control)/2-var(--control-small)/2)] right-0.5">
          <ChevronsUpDown className="icon" aria-hidden="true" />
          <span className="sr-only">Show all</span>
        </Base.Trigger>
      </span>
      <Base.Portal>
        <Base.Positioner className="pop-place" sideOffset={2} align="start">
          <Base.Popup className="pop max-h-72 min-w-(--anchor-width) max-w-(--available-width) overflow-auto py-1">
            <Base.Empty className="px-3 py-1 text-ink-2 empty:hidden">Nothing matches.</Base.Empty>
            <Base.List>
              {(option: ComboboxOption) => <Row key={option.value} option={option} />}
            </Base.List>
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}

function Row({ option }: { option: ComboboxOption }) {
  return (
    <Base.Item value={option} className="option" disabled={option.barred !== undefined}>
      <span>
        <Base.ItemIndicator>
          <Check className="icon" aria-hidden="true" />
        </Base.ItemIndicator>
      </span>
      <span className="cut">{option.label}</span>
      <span className="text-xs text-ink-3">{option.barred ?? option.about}</span>
    </Base.Item>
  )
}
