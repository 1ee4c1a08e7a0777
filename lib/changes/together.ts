/** What decides whether an approval of a change may be given together with others. Read under the change's lock, never taken from the page. */
export type TogetherFacts = {
  kind: string
  type: string
  band: string | null
  /** Name and version of its template, as the approved bytes say it. */
  template: string | null
  /** Everything that its plan does is new. */
  onlyAdds: boolean
  /** Checks of the newest round that did not pass, and waivers that it leans on. */
  doubts: number
}

/** Why a change is not approved together with others. */
export type NotTogether = {
  code: 'not_together'
  why: 'kind' | 'emergency' | 'risk' | 'template' | 'alters' | 'doubts' | 'comment' | 'sign_in'
}

/** Approvals in one act. */
export const MOST_TOGETHER = 20

/**
 * The first rule that bars a change from being approved together with others of this template; undefined where none does. Of the stage: whether it asks for a comment or
 * a fresh sign-in, for then it wants a person's attention for this one change.
 */
export function togetherBar(
  facts: TogetherFacts,
  {
    template,
    stage,
  }: {
    template: string
    stage: { commentRequired: boolean; stepUpMinutes: number | null }
  },
): NotTogether | undefined {
  const bars: readonly (readonly [NotTogether['why'], boolean])[] = [
    ['emergency', facts.type === 'emergency'],
    ['kind', facts.kind !== 'onboard' || facts.type !== 'normal'],
    ['risk', facts.band !== 'low'],
    ['template', facts.template === null || facts.template !== template],
    ['alters', !facts.onlyAdds],
    ['doubts', facts.doubts > 0],
    ['comment', stage.commentRequired],
    ['sign_in', stage.stepUpMinutes !== null],
  ]
  const bar = bars.find(([, holds]) => holds)
  return bar && { code: 'not_together', why: bar[0] }
}
