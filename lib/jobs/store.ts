import type { Transaction } from '#lib/db/client.ts'

/** Puts a failed job back at the head of its queue. False when there is no such failed job. */
export async function retryFailed(tx: Transaction, queue: string, id: string): Promise<boolean> {
  const n = await tx.$executeRaw`
    update pgboss.job set state = 'retry', start_after = now(), completed_on = null, retry_limit = retry_limit + 1
    where name = ${queue} and id = ${id}::uuid and state = 'failed'`
  return n > 0
}
