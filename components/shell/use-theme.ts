'use client'
import { useState } from 'react'
import { rememberChoice } from '#components/ui/remember-choice.ts'
import { type Theme, useShell } from './shell-context.ts'

/** The person's looks: kept in a cookie, so that the next answer of the server already has them. */
export function useTheme(): [Theme, (theme: string) => void] {
  const [theme, setTheme] = useState(useShell().theme)
  function choose(chosen: string): void {
    const next: Theme = chosen === 'light' || chosen === 'dark' ? chosen : 'system'
    setTheme(next)
    if (next === 'system') delete document.documentElement.dataset.theme
    else document.documentElement.dataset.theme = next
    rememberChoice('theme', next)
  }
  return [theme, choose]
}
