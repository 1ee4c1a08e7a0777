const ACCOUNTDISABLE = 0x2

/** Whether `userAccountControl` says that an account is disabled: bit 2 of 32, which some servers write as a negative number. Null for what is no such number. */
export function isDisabled(control: string): boolean | null {
  if (!/^-?\d{1,10}$/.test(control)) return null
  const flags = Number(control)
  if (flags < -(2 ** 31) || flags >= 2 ** 32) return null
  return (flags & ACCOUNTDISABLE) !== 0
}

/** From 1601, from when Windows counts, to 1970. */
const TO_1970_MS = 11_644_473_600_000n
/** Both say that an account has no end. */
const NEVER: readonly bigint[] = [0n, 2n ** 63n - 1n]

/** Whether `accountExpires`, in tenths of microseconds since 1601, is over. Null for what is no such number. */
export function isOver(expires: string, now: Date): boolean | null {
  if (!/^\d{1,19}$/.test(expires)) return null
  const count = BigInt(expires)
  return !NEVER.includes(count) && count / 10_000n - TO_1970_MS <= BigInt(now.getTime())
}
