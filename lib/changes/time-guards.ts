type TimeFacts = {
  now: Date
  expiresAt: Date | null
  windowEnd: Date | null
  windowTooShort: boolean
  frozen: boolean
  awaitsServiceNow: boolean
}

/** No window was asked, or it has not ended. */
export function windowNotOver({ windowEnd, now }: TimeFacts): boolean {
  return windowEnd === null || windowEnd > now
}

/** A freeze in force leaves no room for the run now, or ServiceNow has not let it start. */
export function somethingHoldsIt({ frozen, awaitsServiceNow }: TimeFacts): boolean {
  return frozen || awaitsServiceNow
}

/** Where ServiceNow must approve too, it has, lately and for this very plan. */
export function serviceNowAgrees({ awaitsServiceNow }: TimeFacts): boolean {
  return !awaitsServiceNow
}

/** Every freeze in force leaves room for the whole run now. */
export function runFitsFreezes({ frozen }: TimeFacts): boolean {
  return !frozen
}

/** The time to decide is over, or the window is, or too little of it is left. */
export function deadlinePast({ expiresAt, windowEnd, windowTooShort, now }: TimeFacts): boolean {
  const over = (at: Date | null) => at !== null && at < now
  return over(expiresAt) || over(windowEnd) || windowTooShort
}
