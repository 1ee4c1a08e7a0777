/** What we write into the journal there, each once: the marker is how it is recognised. */
export type Entry = {
  key: string
  at: Date
  text: string
  /** Names of people who stand in the text as @{id}. */
  names: Readonly<Record<string, string>>
}

/** Marks an entry as ours, and which of ours it is. */
export function markerOf(number: number, key: string): string {
  return `[Stairway CHG-${number} ${key}]`
}

/** An entry as it stands in the journal. */
export function noteText(number: number, { key, text, names }: Entry): string {
  const named = text.replace(/@\{(\w+)\}/g, (all, id: string) => `@${names[id] ?? all}`)
  // what people write may look like a mark of ours; only the end of an entry is one
  const plain = named.replaceAll('[Stairway CHG-', '(Stairway CHG-')
  return `${plain.slice(0, 3500).replaceAll(/\p{Surrogate}/gu, ' ')}\n${markerOf(number, key)}`
}

/** Did we write this entry? */
export function isOurs(text: string): boolean {
  return /\[Stairway CHG-\d+ (?:move|vote|said|round) [\w.]+\]\s*$/.test(text)
}

/** What identifies a record of ours: the change, and which record of it. */
export function correlationOf(number: number, changeId: string, round: number): string {
  return `CHG-${number}.${changeId}.${round}`
}

/** Where people find a change there. */
export function linkTo(instance: string, sysId: string): string {
  return `${instance}/nav_to.do?uri=change_request.do?sys_id=${sysId}`
}

type Facts = {
  number: number
  title: string
  kind: string
  type: string
  tenant: string
  requester: string
  revision: number
  planHash: string | null
  reason: string | null
  link: string
}

/** Fields of a record that say what our change is. */
export function fieldsOf(facts: Facts): Record<string, string> {
  const emergency = facts.type === 'emergency' ? 'Emergency: ' : ''
  return {
    short_description: `${emergency}CHG-${facts.number} ${facts.title}`.slice(0, 160),
    description: [
      `Requested by ${facts.requester} for ${facts.tenant} in Stairway, revision ${facts.revision}.`,
      `Plan: sha256 ${facts.planHash ?? 'none yet'}`,
      facts.link,
    ].join('\n'),
    justification: (facts.reason ?? '').slice(0, 4000),
  }
}

const CLOSE_CODES: Readonly<Record<string, string>> = {
  successful: 'successful',
  with_issues: 'successful_issues',
  unsuccessful: 'unsuccessful',
}

/** Code and notes with which a record is closed. */
export function closingOf(closeCode: string | null, reason: string | null): Record<string, string> {
  return {
    close_code: CLOSE_CODES[closeCode ?? ''] ?? 'successful',
    close_notes: (reason || 'Every target is ready.').slice(0, 4000),
  }
}
