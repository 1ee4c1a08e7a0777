/** A day of the calendar, or none: `2026-02-30` narrows nothing. */
export function dayIn(text = ''): string | undefined {
  if (!/^[1-9]\d{3}-\d\d-\d\d$/.test(text)) return undefined
  const time = new Date(text)
  return !Number.isNaN(time.getTime()) && time.toISOString().startsWith(text) ? text : undefined
}
