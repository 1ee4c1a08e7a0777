import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'

/** A real slapd: the program, what it is started with, and where its modules and schemas are. */
export type Slapd = {
  program: string
  env: Record<string, string>
  modules: string
  schemas: string
}

const KEPT = path.resolve(import.meta.dirname, '../../node_modules/.cache/slapd')

/**
 * The slapd of this machine, else Debian’s package, unpacked into a folder of this clone: nothing is installed and nothing is started, no account is made, /etc stays as it is.
 * @throws Error where there is none and apt, as root, cannot bring it. Without apt or root: undefined, and the tests that need it are counted as skipped.
 */
export function findSlapd(): Slapd | undefined {
  if (existsSync('/usr/sbin/slapd')) return slapdIn('/')
  if (existsSync(path.join(KEPT, 'usr/sbin/slapd'))) return slapdIn(KEPT)
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    process.stdout.write(
      'skipped: tests on a real LDAP server; install slapd, or run them as root on Debian\n',
    )
    return undefined
  }
  unpack()
  return slapdIn(KEPT)
}

function unpack(): void {
  mkdirSync(path.dirname(KEPT), { recursive: true })
  const folder = mkdtempSync('/var/tmp/stairway-slapd-packages-')
  mkdirSync(path.join(folder, 'partial'))
  try {
    const download = () => [
      ...['install', '--no-install-recommends', '--download-only'],
      ...['-o', `Dir::Cache::archives=${folder}`, '-o', 'APT::Sandbox::User=root'],
      ...['-o', 'DPkg::Lock::Timeout=120', 'slapd'],
    ]
    let said = apt(download())
    if (!debsIn(folder).some((name) => name.startsWith('slapd_'))) {
      apt(['update'])
      said = apt(download())
    }
    const whole = mkdtempSync(`${KEPT}-`)
    for (const deb of debsIn(folder)) spawnSync('dpkg', ['-x', path.join(folder, deb), whole])
    if (!existsSync(path.join(whole, 'usr/sbin/slapd')))
      throw new Error(`slapd could not be brought by apt: ${said.slice(-500)}`)
    // of two test runs at once the first one's is kept
    if (existsSync(KEPT)) rmSync(whole, { recursive: true, force: true })
    else renameSync(whole, KEPT)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function debsIn(folder: string): string[] {
  return readdirSync(folder).filter((name) => name.endsWith('.deb'))
}

function apt(args: readonly string[]): string {
  const done = spawnSync('apt-get', ['-y', '-q', ...args], {
    encoding: 'utf8',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  })
  return `${done.stdout ?? ''}${done.stderr ?? ''}`
}

function slapdIn(root: string): Slapd {
  const at = (...parts: string[]) => path.join(root, ...parts)
  const libraries = existsSync(at('usr/lib'))
    ? readdirSync(at('usr/lib'))
        .filter((name) => name.endsWith('-linux-gnu'))
        .map((name) => at('usr/lib', name))
    : []
  return {
    program: at('usr/sbin/slapd'),
    env: root === '/' ? {} : { LD_LIBRARY_PATH: libraries.join(':') },
    modules: at('usr/lib/ldap'),
    schemas: at('etc/ldap/schema'),
  }
}
