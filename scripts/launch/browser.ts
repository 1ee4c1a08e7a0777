import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'

/**
 * Path of a Chromium for the browser tests: `CHROMIUM_PATH`, an installed one, Debian's package as root, else the one that npm brings.
 * @throws Error when there is none: tests that cannot run have failed.
 */
export async function findBrowser(): Promise<string> {
  const named = process.env.CHROMIUM_PATH
  if (named) return named
  const installed = onPath()
  if (installed) return installed
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    process.stdout.write('  Installing Chromium by apt for the browser tests …\n')
    const apt = (...args: string[]) =>
      spawnSync('apt-get', ['-y', '-q', ...args], {
        encoding: 'utf8',
        env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      })
    apt('update')
    const done = apt('install', '--no-install-recommends', 'chromium', 'fonts-liberation')
    const found = onPath()
    if (found) return found
    process.stdout.write(`  apt could not: ${(done.stderr ?? '').slice(-300)}\n`)
  }
  const { default: bundled } = await import('@sparticuz/chromium')
  const unpacked = await bundled.executablePath().catch(() => '')
  if (unpacked && existsSync(unpacked)) return unpacked
  throw new Error(
    'No Chromium for the browser tests. Install one, or name it: CHROMIUM_PATH=/path/to/chromium npm test',
  )
}

function onPath(): string | undefined {
  const folders = (process.env.PATH ?? '').split(path.delimiter)
  return folders
    .flatMap((folder) =>
      ['chromium', 'chromium-browser', 'google-chrome'].map((name) => path.join(folder, name)),
    )
    .find((file) => existsSync(file))
}
