import type { Report } from '#lib/audit/reports.ts'

/** How much a report looked through: "12 approvals". */
export function examinedWords({ examined: [one, many] }: Report, n: number): string {
  return `${n} ${n === 1 ? one : many}`
}
