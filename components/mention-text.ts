/** Where a name is being typed after an @, and what of it stands there. */
export type Typed = { from: number; name: string }

const LONGEST = 40
const NAME = /(?:^|[\s([{,;:])@([\p{L}\p{N}.'’_-]{1,30}(?: [\p{L}\p{N}.'’_-]{0,30}){0,2})$/u

/** The name that is being typed where the caret stands: an @ that begins a word, and up to three words after it. */
export function typedAt(text: string, caret: number): Typed | null {
  const before = text.slice(Math.max(0, caret - LONGEST), caret)
  const name = NAME.exec(before)?.[1]
  return name === undefined ? null : { from: caret - name.length - 1, name }
}

/** The text with what was typed replaced by the whole name, and where the caret stands after it. */
export function withName(
  text: string,
  { from, name }: Typed,
  label: string,
): { text: string; caret: number } {
  const rest = text.slice(from + 1 + name.length)
  const gap = /^\s/.test(rest) ? '' : ' '
  return {
    text: `${text.slice(0, from)}@${label}${gap}${rest}`,
    caret: from + 1 + label.length + 1,
  }
}

/** Those of the chosen people whose names still stand in the text. */
export function stillNamed<P extends { label: string }>(text: string, chosen: readonly P[]): P[] {
  return chosen.filter(({ label }) => placesOf(label).test(text))
}

/** The text as it is stored: each chosen name as the id of who it is; longer names first, so that none is taken for a part of another. */
export function withIds(text: string, chosen: readonly { id: string; label: string }[]): string {
  return [...chosen]
    .sort((a, b) => b.label.length - a.label.length)
    .reduce((so, { id, label }) => so.replace(placesOf(label), () => `@{${id}}`), text)
}

function placesOf(label: string): RegExp {
  const plain = label.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`@${plain}(?![\\p{L}\\p{N}])`, 'gu')
}
