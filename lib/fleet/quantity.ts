const UNITS: Readonly<Record<string, number>> = {
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
}
const QUANTITY = /^(\d+(?:\.\d+)?)(m|k|M|G|T|Ki|Mi|Gi|Ti)?$/

/** What a quantity of Kubernetes amounts to, in its base unit (cores, bytes); NaN for what is none. Exponents and units beyond tera are not read. */
export function quantityOf(text: string): number {
  const [, figure, unit = ''] = QUANTITY.exec(text) ?? []
  return Number(figure) * (UNITS[unit] ?? Number.NaN)
}

/** Whether it is a quantity written with a unit: only then two texts may differ and mean the same. */
export function hasUnit(text: string): boolean {
  return QUANTITY.exec(text)?.[2] !== undefined
}
