'use client'
import { Menu as Base } from '@base-ui/react/menu'
import Link from 'next/link'
import type { ComponentProps, ReactElement, ReactNode } from 'react'

type MenuProps = {
  /** The button that opens the menu, as an element: Base UI gives it its props. */
  trigger: ReactElement<ComponentProps<'button'>>
  side?: 'top' | 'bottom'
  align?: 'start' | 'end'
  children: ReactNode
}

/** A menu of acts and places. */
export function Menu({ trigger, side = 'bottom', align = 'end', children }: MenuProps) {
  return (
    <Base.Root>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner className="pop-place" side={side} align={align} sideOffset={4}>
          <Base.Popup className="pop menu">{children}</Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}

type MenuItemProps = { onSelect: () => void; disabled?: boolean; children: ReactNode }

/** One act. */
export function MenuItem({ onSelect, disabled, children }: MenuItemProps) {
  return (
    <Base.Item className="menu-item" disabled={disabled ?? false} onClick={onSelect}>
      {children}
    </Base.Item>
  )
}

/** One place. */
export function MenuLink({ href, children }: { href: string; children: ReactNode }) {
  return (
    <Base.LinkItem className="menu-item" closeOnClick render={<Link href={href} />}>
      {children}
    </Base.LinkItem>
  )
}

type MenuChoiceProps = {
  label: string
  value: string
  onChange: (value: string) => void
  choices: readonly { value: string; label: string }[]
}

/** One of a few, inside a menu. */
export function MenuChoice({ label, value, onChange, choices }: MenuChoiceProps) {
  return (
    <Base.Group>
      <Base.GroupLabel className="rail-heading px-3">{label}</Base.GroupLabel>
      <Base.RadioGroup value={value} onValueChange={onChange}>
        {choices.map((choice) => (
          <Base.RadioItem
            key={choice.value}
            value={choice.value}
            className="menu-item"
            closeOnClick={false}
          >
            <span className="w-3 text-accent">
              <Base.RadioItemIndicator>●</Base.RadioItemIndicator>
            </span>
            {choice.label}
          </Base.RadioItem>
        ))}
      </Base.RadioGroup>
    </Base.Group>
  )
}

/** A line between groups of a menu. */
export function MenuLine() {
  return <Base.Separator className="menu-line" />
}
