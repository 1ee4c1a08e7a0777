import { expect, type Page } from '@playwright/test'
import { findings } from './axe.ts'

/**
 * Pictures at both sizes, the second in the dark; whole, and without anything that axe finds. Colours hold still
 * meanwhile: a button that is fading in has for a moment a contrast that nobody reads.
 */
export async function seen(page: Page, name: string): Promise<void> {
  for (const [look, width, colorScheme] of [
    ['wide', 1440, 'light'],
    ['phone', 360, 'dark'],
  ] as const) {
    await page.setViewportSize({ width, height: 900 })
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await page.screenshot({ path: `test-results/${name}-${look}.png`, fullPage: true })
    const sideways = await page.evaluate(
      () => document.documentElement.scrollWidth > document.documentElement.clientWidth,
    )
    expect.soft(sideways, `${name}, ${look} scrolls sideways`).toBe(false)
    expect.soft(await findings(page), `${name}, ${look}`).toEqual([])
  }
  await page.setViewportSize({ width: 1440, height: 900 })
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: null })
}
