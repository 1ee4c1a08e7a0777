const DATA_CLASSES = ['Public', 'Internal', 'Confidential', 'Restricted'] as const

/** The bank's word for a class of data. */
export function dataClassName(level: number | null): string {
  return level === null ? 'not classified' : (DATA_CLASSES[level] ?? `class ${level}`)
}

/** A number of things in words: "1 target", "12 targets". */
export function counted(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`
}

/** A code as words: `service_instance` reads "service instance". */
export function spaced(code: string): string {
  return code.replaceAll('_', ' ')
}
