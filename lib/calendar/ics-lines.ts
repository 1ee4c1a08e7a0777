/** One line of an iCalendar file, unfolded and without its escapes. */
export type Line = { name: string; parameters: Record<string, string | undefined>; value: string }

const TEXTS = new Set(['SUMMARY', 'DESCRIPTION', 'CONTACT', 'UID', 'X-STAIRWAY-APPROVERS'])
const ENCODER = new TextEncoder()
/** Octets after which a line is folded (RFC 5545, 3.1). */
const FOLD_AT = 74

/** The lines of a file; what is no line of one is left out. */
export function readLines(text: string): Line[] {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/\n[ \t]/g, '')
    .split('\n')
    .flatMap((line) => lineOf(line) ?? [])
}

/** A line with its end, folded; texts are escaped unless they are `plain`. */
export function writeLine(name: string, value: string, plain?: 'plain'): string {
  const line = `${name}:${plain ? value : escaped(value)}`
  const pieces: string[] = []
  let piece = ''
  let octets = 0
  for (const character of line) {
    const size = ENCODER.encode(character).length
    if (octets + size > FOLD_AT) {
      pieces.push(piece)
      piece = ' '
      octets = 1
    }
    piece += character
    octets += size
  }
  return `${[...pieces, piece].join('\r\n')}\r\n`
}

function lineOf(line: string): Line | undefined {
  const found =
    /^([A-Za-z0-9-]{1,60})((?:;[A-Za-z0-9-]{1,60}=(?:"[^"]{0,200}"|[^";:]{0,200})){0,9}):(.*)$/s.exec(
      line,
    )
  if (!found) return undefined
  const [, name = '', parameters = '', value = ''] = found
  const upper = name.toUpperCase()
  return {
    name: upper,
    parameters: Object.fromEntries(
      [...parameters.matchAll(/;([^=]+)=("?)([^"]*?)\2(?=;|$)/g)].map(([, key = '', , said]) => [
        key.toUpperCase(),
        said,
      ]),
    ),
    value: TEXTS.has(upper) ? unescaped(value) : value.trim(),
  }
}

function escaped(text: string): string {
  return text.replace(/[\\;,]/g, (sign) => `\\${sign}`).replace(/\r\n?|\n/g, '\\n')
}

function unescaped(text: string): string {
  return text.replace(/\\([\\;,nN])/g, (_, sign: string) =>
    sign === 'n' || sign === 'N' ? '\n' : sign,
  )
}
