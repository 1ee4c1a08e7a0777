const FORM = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)?(\d\d)?(?:[.,](\d{1,9}))?(Z|[+-]\d\d(?:\d\d)?)$/

/** The moment that a GeneralizedTime (RFC 4517 §3.3.13) names, to the millisecond; null for what is none. A second of 60 is the next minute's first. */
export function timeOf(text: string): Date | null {
  const [, year, month, day, hour, minute, second, fraction, zone] = FORM.exec(text) ?? []
  if (!year || !zone || (second && !minute)) return null
  const parts = [year, month, day, hour, minute ?? '0', second ?? '0'].map(Number)
  const [y = 0, mo = 0, d = 0, h = 0, mi = 0, s = 0] = parts
  const whole = new Date(0)
  whole.setUTCFullYear(y, mo - 1, d)
  if (whole.getUTCMonth() !== mo - 1 || whole.getUTCDate() !== d) return null
  if (h > 23 || mi > 59 || s > 60) return null
  const offset = offsetOf(zone)
  if (offset === null) return null
  const unit = second ? 1000 : minute ? 60_000 : 3_600_000
  const rest = fraction ? Math.floor(Number(`0.${fraction}`) * unit) : 0
  return new Date(whole.getTime() + ((h * 60 + mi) * 60 + s) * 1000 + rest - offset * 60_000)
}

/** Minutes that a zone is ahead of UTC. */
function offsetOf(zone: string): number | null {
  if (zone === 'Z') return 0
  const hours = Number(zone.slice(1, 3))
  const minutes = Number(zone.slice(3) || '0')
  if (hours > 23 || minutes > 59) return null
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes)
}

/** A moment as GeneralizedTime in UTC, to the second: the form in which servers compare. */
export function generalizedTime(moment: Date): string {
  return `${moment.toISOString().replaceAll(/[-:T]/g, '').slice(0, 14)}Z`
}
