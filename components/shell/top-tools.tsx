'use client'
import { Bell, Menu as MenuIcon, Search } from 'lucide-react'
import Link from 'next/link'
import { useState } from 'react'
import { buttonClass } from '#components/ui/button-class.ts'
import { Popover } from '#components/ui/popover.tsx'
import { Time } from '#components/ui/time.tsx'
import { useShell } from './shell-context.ts'

const icon = buttonClass({ kind: 'quiet', size: 'icon' })

/** Opens the rail on small screens. */
export function MenuButton() {
  const { openMenu } = useShell()
  return (
    <button type="button" className={`${icon} phone-only -ml-1.5`} onClick={openMenu}>
      <MenuIcon className="icon" aria-hidden="true" />
      <span className="sr-only">Open navigation</span>
    </button>
  )
}

/** Opens the palette where the rail does not show. */
export function SearchButton() {
  const { openPalette } = useShell()
  return (
    <button type="button" className={`${icon} phone-only`} onClick={openPalette}>
      <Search className="icon" aria-hidden="true" />
      <span className="sr-only">Search or jump</span>
    </button>
  )
}

/** The latest notices; opening marks them read. */
export function NoticesBell() {
  const { notices, readNotices } = useShell()
  const [seen, setSeen] = useState('')
  const newest = notices[0]?.id ?? ''
  const fresh = newest === seen ? 0 : notices.filter((notice) => !notice.read).length
  return (
    <Popover
      title="Notices"
      onOpenChange={(open) => {
        if (!open || fresh === 0) return
        setSeen(newest)
        void readNotices?.()
      }}
      trigger={
        <button type="button" className={`${icon} relative`}>
          <Bell className="icon" aria-hidden="true" />
          {fresh > 0 ? (
            <span className="absolute top-1 right-1 size-2 rounded-full bg-accent" />
          ) : null}
          <span className="sr-only">Notices{fresh > 0 ? `, ${fresh} new` : ''}</span>
        </button>
      }
    >
      {notices.length === 0 ? (
        <p className="text-ink-2">
          Nothing yet. What needs you, and what became of your changes, is told here and by e-mail.
        </p>
      ) : (
        <ul className="max-h-96 overflow-auto">
          {notices.map((notice) => (
            <li key={notice.id} className="border-t border-line">
              <Link href={notice.link} className="block py-2 hover:bg-hover">
                <span className={notice.read ? '' : 'name'}>{notice.title}</span>
                <span className="block text-xs text-ink-3">
                  <Time at={notice.at} as="ago" />
                </span>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </Popover>
  )
}
