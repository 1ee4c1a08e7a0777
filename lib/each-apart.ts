import type { WorkerPlatform } from './runtime/platform.ts'

/** Acts on one after another. The trouble of one keeps no other back: it is logged with what it is about, and whoever comes next tries again. */
export async function eachApart<T extends object>(
  { log }: Pick<WorkerPlatform, 'log'>,
  items: readonly T[],
  { failed, act }: { failed: string; act(item: T): Promise<unknown> },
): Promise<void> {
  for (const item of items)
    await act(item).catch((error: unknown) => log.error({ ...item, error }, failed))
}
