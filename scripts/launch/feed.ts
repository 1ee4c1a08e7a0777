import { diskTrouble } from '../disk.mjs'
import type { Run } from './children.ts'
import { CannotStart } from './folder.ts'

const DAY_MS = 86_400_000

/**
 * Lays the demonstration organisation, or brings what is there up to date: clusters that were added, and the facts of the finance feed, seen anew.
 * Then the feed comes once a day, as the real one does.
 */
export async function startFeed(run: Run, env: Record<string, string>): Promise<() => void> {
  const feed = async () => {
    const { code, output } = await run('seed', ['prisma/seed/main.ts'], env)
    if (code !== 0)
      throw new CannotStart(
        diskTrouble(output) ??
          `The demonstration organisation could not be laid: ${output.trim().slice(-1500)}`,
      )
  }
  await feed()
  const timer = setInterval(
    () =>
      feed().catch((error: unknown) =>
        process.stderr.write(`  ${error instanceof Error ? error.message : String(error)}\n`),
      ),
    DAY_MS,
  )
  return () => clearInterval(timer)
}
