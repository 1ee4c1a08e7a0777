export type OutboundAllowList = {
  allows(url: string): boolean
  /** The URL itself; throws when no entry allows it. */
  checked(url: string): string
}

const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'https:': '443', 'ldaps:': '636' }

/** Parses `scheme://host:port` entries; a host may start with `*.`, a port may be `*`. Throws on an entry that is not of that form. */
export function outboundAllowList(text: string): OutboundAllowList {
  const entries = text
    .split(',')
    .map((entry) => entry.trim())
    .filter(Boolean)
    .map(parseEntry)
  const allows = (address: string): boolean => {
    const url = new URL(address)
    const port = url.port || (DEFAULT_PORTS[url.protocol] ?? '80')
    return entries.some(
      (entry) =>
        entry.scheme === url.protocol &&
        hostMatches(entry.host, url.hostname) &&
        (entry.port === '*' || entry.port === port),
    )
  }
  return {
    allows,
    checked(address) {
      if (!allows(address)) throw new Error(`${address} is not in OUTBOUND_ALLOW`)
      return address
    },
  }
}

function parseEntry(entry: string): { scheme: string; host: string; port: string } {
  const match = entry.match(
    /^(https?|smtps?|syslogs?|ldaps):\/\/([a-z0-9.*-]+|\[[0-9a-f:]+\]):(\d+|\*)$/i,
  )
  if (!match) throw new Error(`OUTBOUND_ALLOW: \`${entry}\` is not scheme://host:port`)
  return { scheme: `${match[1]}:`, host: match[2] ?? '', port: match[3] ?? '' }
}

function hostMatches(pattern: string, host: string): boolean {
  return pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) : pattern === host
}
