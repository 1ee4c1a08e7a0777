const MOST = 400

/** What a receiver said, in one line of at most 400 characters. */
export function oneLine(text: string): string {
  const line = Buffer.from(text)
    .toString('utf8')
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim()
  return line.length > MOST ? `${[...line].slice(0, MOST - 1).join('')}…` : line
}

/** The text without our secrets, should a receiver say them back. */
export function without(text: string, secrets: readonly string[]): string {
  return secrets.reduce((rest, secret) => rest.replaceAll(secret, '…'), text)
}
