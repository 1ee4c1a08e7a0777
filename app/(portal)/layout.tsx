import { cookies } from 'next/headers'
import type { ReactNode } from 'react'
import { AppShell } from '#components/shell/app-shell.tsx'
import type { Theme } from '#components/shell/shell-context.ts'
import { may } from '#lib/auth/permissions.ts'
import { readFrame } from '#lib/notices/queries.ts'
import { platform } from '#lib/web/platform.ts'
import { requireViewer } from '#lib/web/viewer.ts'
import { readNoticesAction } from './actions.ts'
import { placesFor, rolesText } from './places.ts'

/** The frame. It decides what is offered, never what is allowed: every page and action asks for itself. */
export default async function PortalLayout({ children }: { children: ReactNode }) {
  const viewer = await requireViewer()
  const frame = await readFrame(platform(), viewer)
  const theme = (await cookies()).get('theme')?.value
  return (
    <AppShell
      places={placesFor(viewer, frame)}
      person={{ name: viewer.name, email: viewer.email, roles: rolesText(viewer, frame.tenants) }}
      notices={frame.notices}
      theme={theme === 'light' || theme === 'dark' ? theme : ('system' satisfies Theme)}
      newService={may(viewer, 'service.request') ? '/services/new' : undefined}
      readNotices={markRead}
    >
      {children}
    </AppShell>
  )
}

async function markRead() {
  'use server'
  await readNoticesAction({})
}
