// Restores what scripts/backup.ts wrote: node scripts/restore.ts <file.tar.gz> [--replace]
import { parseArgs } from 'node:util'
import { restore } from './launch/archive.ts'
import { CannotStart, dataFolder } from './launch/folder.ts'

const { values, positionals } = parseArgs({
  options: { replace: { type: 'boolean', default: false } },
  allowPositionals: true,
})
const [archive = ''] = positionals
try {
  restore(dataFolder(), archive, values.replace)
  process.stdout.write(`restored from ${archive}; start it with npm start\n`)
} catch (error) {
  if (!(error instanceof CannotStart)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exit(1)
}
