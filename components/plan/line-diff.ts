export type DiffLine =
  | { sign: ' ' | '+' | '-'; text: string; number: number }
  | { sign: '…'; hidden: number }

const CONTEXT = 3

/** Lines of `after` against `before`, unified, with long unchanged stretches folded. */
export function lineDiff(before: string, after: string): DiffLine[] {
  const left = linesOf(before)
  const right = linesOf(after)
  return fold(mergeLines(left, right, commonLengths(left, right)))
}

/** The lines of a text; a final newline opens no further line. */
export function linesOf(text: string): string[] {
  if (text === '') return []
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  return lines
}

function commonLengths(left: readonly string[], right: readonly string[]): Uint32Array[] {
  const table = Array.from({ length: left.length + 1 }, () => new Uint32Array(right.length + 1))
  for (let i = left.length - 1; i >= 0; i--) {
    for (let j = right.length - 1; j >= 0; j--) {
      const longest =
        left[i] === right[j]
          ? at(table, i + 1, j + 1) + 1
          : Math.max(at(table, i + 1, j), at(table, i, j + 1))
      table[i]?.fill(longest, j, j + 1)
    }
  }
  return table
}

function at(table: readonly Uint32Array[], i: number, j: number): number {
  return table[i]?.[j] ?? 0
}

type Shown = Exclude<DiffLine, { sign: '…' }>

function mergeLines(
  left: readonly string[],
  right: readonly string[],
  table: readonly Uint32Array[],
): Shown[] {
  const merged: Shown[] = []
  let i = 0
  let j = 0
  while (i < left.length || j < right.length) {
    const gone = left[i]
    const come = right[j]
    if (gone !== undefined && gone === come) {
      merged.push({ sign: ' ', text: gone, number: j + 1 })
      i++
      j++
    } else if (
      gone !== undefined &&
      (come === undefined || at(table, i + 1, j) >= at(table, i, j + 1))
    ) {
      merged.push({ sign: '-', text: gone, number: i + 1 })
      i++
    } else {
      merged.push({ sign: '+', text: come ?? '', number: j + 1 })
      j++
    }
  }
  return merged
}

function fold(lines: readonly Shown[]): DiffLine[] {
  const folded: DiffLine[] = []
  let hidden = 0
  lines.forEach((line, place) => {
    const near = lines
      .slice(Math.max(0, place - CONTEXT), place + CONTEXT + 1)
      .some((neighbour) => neighbour.sign !== ' ')
    if (near) {
      if (hidden > 0) folded.push({ sign: '…', hidden })
      hidden = 0
      folded.push(line)
    } else {
      hidden++
    }
  })
  if (hidden > 0) folded.push({ sign: '…', hidden })
  return folded
}
