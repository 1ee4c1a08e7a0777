/** One change that waits, as a digest names it. */
export type DigestLine = {
  number: number
  title: string
  tenant: string
  riskScore: number | null
  riskBand: string | null
  dueAt: Date
}

/** First hour of a day that a digest may be asked for, and the last. */
export const HOURS = { first: 0, last: 23 } as const

/** Subject and text of the mail that names all that waits for a person: what is due first stands first. Its links open pages and do nothing by themselves. */
export function digestText(
  lines: readonly DigestLine[],
  { zone, publicUrl }: { zone: string; publicUrl: string },
): { subject: string; text: string } {
  const n = lines.length
  const subject = n === 1 ? '1 change waits for you' : `${n} changes wait for you`
  const due = new Intl.DateTimeFormat('en-GB', {
    ...{ weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' },
    timeZone: zone,
  })
  const sorted = [...lines].sort(
    (a, b) => a.dueAt.getTime() - b.dueAt.getTime() || a.number - b.number,
  )
  const each = sorted.map(
    (line) =>
      `CHG-${line.number} ${line.title} (${line.tenant})\n  due ${due.format(line.dueAt)}, ${riskOf(line)}\n  ${publicUrl}/changes/${line.number}`,
  )
  return {
    subject,
    text: [
      `${subject}. Times are those of ${zone}.`,
      ...each,
      `A link opens the page; nothing is decided by opening it. All of them: ${publicUrl}/approvals`,
      `You asked for this mail once a day: ${publicUrl}/settings/notifications`,
      '',
    ].join('\n\n'),
  }
}

/** Key of the mail: the same for every repeat of one day. */
export function digestKey(personId: string, day: string): string {
  return `digest.${personId}.${day}`
}

function riskOf({ riskBand, riskScore }: DigestLine): string {
  return riskBand ? `${riskBand} risk, ${riskScore ?? 0}` : 'risk not weighed'
}
