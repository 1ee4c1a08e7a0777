const ACCOUNTDISABLE = 0x2

/** Whether `userAccountControl` says that an account is disabled: bit 2 of 32, which some servers write as a negative number. Null for what is no such number. */
export function isDisabled(control: string): boolean | null {
  if (!/^-?\d{1,10}$/.test(control)) return null
  const flags = Number(control)
  if (flags < -(2 ** 31) || flags >= 2 ** 32) return null
  return (flags & ACCOUNTDISABLE) !== 0
}
