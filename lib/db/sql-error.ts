type DriverCause = { originalCode?: string; constraint?: { index?: string } }

/** SQLSTATE of a database error as Prisma 7 reports it, else undefined. */
export function sqlState(error: unknown): string | undefined {
  if (hasCode(error) && error.code === 'P2002') return '23505'
  return driverCause(error)?.originalCode
}

/** True for outages that pass by themselves: lost connection, restart, serialisation, deadlock, pool timeout. */
export function isTransient(error: unknown): boolean {
  const state = sqlState(error)
  if (state && /^(08|40|53|57P)/.test(state)) return true
  return (
    hasCode(error) &&
    /^(P1001|P1008|P1017|P2024|P2028|P2034|ECONNREFUSED|ECONNRESET|08\w{3}|57P\d\d)$/.test(
      error.code,
    )
  )
}

function hasCode(error: unknown): error is { code: string } {
  return (
    typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
  )
}

function driverCause(error: unknown): DriverCause | undefined {
  const meta = (error as { meta?: { driverAdapterError?: { cause?: DriverCause } } } | null)?.meta
  return meta?.driverAdapterError?.cause
}
