const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'

/** Prefixes of every id in the product; the database refuses the wrong one. */
export type IdPrefix =
  | 'usr'
  | 'grp'
  | 'sva'
  | 'ten'
  | 'ses'
  | 'tok'
  | 'sec'
  | 'dir'
  | 'app'
  | 'svc'
  | 'sin'
  | 'env'
  | 'clu'
  | 'nsp'
  | 'rep'
  | 'tea'
  | 'con'
  | 'tpl'
  | 'chg'
  | 'pol'
  | 'stg'
  | 'dec'
  | 'dlg'
  | 'cmt'
  | 'frz'
  | 'fzh'
  | 'wvr'
  | 'tgt'
  | 'run'
  | 'ntc'
  | 'whk'
  | 'fxa'
  | 'drr'
  | 'crb'
  | 'srv'
  | 'evp'
  | 'adn'
  | 'src'
  | 'snw'
  | 'att'
  | 'onf'
  | 'chn'

/** A new id: prefix, underscore, 26 lower-case Crockford base 32 digits (48 bit milliseconds, 80 bit random), so ids sort by time. */
export function newId<P extends IdPrefix>(prefix: P, now: number = Date.now()): `${P}_${string}` {
  const random = crypto.getRandomValues(new Uint8Array(10))
  let value = BigInt(now)
  for (const byte of random) value = (value << 8n) | BigInt(byte)
  let text = ''
  for (let i = 0; i < 26; i += 1) {
    text = (ALPHABET[Number(value & 31n)] ?? '0') + text
    value >>= 5n
  }
  return `${prefix}_${text}`
}

/** The platform's own tenant: owns clusters, teams and environments. */
export const PLATFORM_TENANT = `ten_${'0'.repeat(26)}`
