export const FORMAT_WORDS = { jsonl: 'JSON Lines', ocsf: 'OCSF 1.7.0', cef: 'CEF' } as const

export const TRANSPORT_WORDS = {
  https: 'HTTPS',
  syslog_tls: 'syslog over TLS',
  syslog_tcp: 'syslog over TCP, not encrypted',
} as const

/** A span in words, by its largest part: 95 reads "1 minute". */
export function spanWords(seconds: number): string {
  const [size, word] =
    seconds >= 172_800
      ? ([86_400, 'day'] as const)
      : seconds >= 7200
        ? ([3600, 'hour'] as const)
        : seconds >= 60
          ? ([60, 'minute'] as const)
          : ([1, 'second'] as const)
  const many = Math.floor(seconds / size)
  return `${many} ${word}${many === 1 ? '' : 's'}`
}
