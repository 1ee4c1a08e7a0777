import type { Metadata, Viewport } from 'next'
import localFont from 'next/font/local'
import { cookies } from 'next/headers'
import type { ReactNode } from 'react'
import { ZoneProvider } from '#components/ui/zone.tsx'
import './globals.css'

const inter = localFont({
  src: './fonts/inter.woff2',
  weight: '100 900',
  variable: '--font-inter',
  display: 'swap',
})

const mono = localFont({
  src: './fonts/jetbrains-mono.woff2',
  weight: '100 800',
  variable: '--font-jetbrains-mono',
  display: 'swap',
  preload: false,
})

export const metadata: Metadata = {
  title: { default: 'Stairway', template: '%s · Stairway' },
  description: 'Self-service onboarding for Flux',
}

export const viewport: Viewport = {
  colorScheme: 'light dark',
  width: 'device-width',
  initialScale: 1,
}

export default async function RootLayout({ children }: { children: ReactNode }) {
  const jar = await cookies()
  const theme = jar.get('theme')?.value
  const forced = theme === 'light' || theme === 'dark' ? theme : undefined
  const zone = zoneOf(jar.get('zone')?.value)
  return (
    <html lang="en" data-theme={forced} className={`${inter.variable} ${mono.variable}`}>
      <body>
        <ZoneProvider zone={zone}>{children}</ZoneProvider>
      </body>
    </html>
  )
}

/** A time zone that the runtime knows, or nothing: the cookie is the browser's word. */
function zoneOf(cookie: string | undefined): string | undefined {
  if (!cookie) return undefined
  try {
    const zone = decodeURIComponent(cookie)
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone
  } catch {
    return undefined
  }
}
