/** How people name a change: CHG-42. */
export function changeNumber(number: number | bigint): string {
  return `CHG-${number}`
}

/** How people recognise a hash: its first and last characters. */
export function shortHash(hex: string): string {
  return hex.length <= 16 ? hex : `${hex.slice(0, 8)} … ${hex.slice(-4)}`
}
