import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from '@playwright/test'

/** The rules that read colours: all that may differ between the light and the dark look of one page at one size. */
const COLOURS = ['color-contrast', 'link-in-text-block']

/** What axe finds on a page as it stands by every rule, one line a rule. */
export function findings(page: Page): Promise<string[]> {
  return found(axe(page))
}

/** The same by the rules that read colours alone: enough where the page was looked at by every rule in the other scheme. */
export function colourFindings(page: Page): Promise<string[]> {
  return found(axe(page).withRules(COLOURS))
}

/** Legacy mode is the one that opens no second page to put its result together; it reads no frames of other origins, and we have none. */
function axe(page: Page): AxeBuilder {
  return new AxeBuilder({ page }).setLegacyMode(true)
}

async function found(builder: AxeBuilder): Promise<string[]> {
  const { violations } = await builder.analyze()
  return violations.map(({ id, nodes }) =>
    [
      id,
      ...nodes.map(({ target, failureSummary }) => `${target.join(' ')}: ${failureSummary}`),
    ].join('; '),
  )
}
