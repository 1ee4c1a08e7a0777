// Restores what scripts/backup.ts wrote: npm run restore -- <file.tar.gz> [--replace]
import { parseArgs } from 'node:util'
import { restore } from './launch/archive.ts'
import { CannotStart, dataFolder } from './launch/folder.ts'
import { inOneLine } from './launch/one-line.ts'

const USAGE = 'npm run restore -- FILE.tar.gz [--replace]'

await inOneLine(USAGE, () => {
  const { values, positionals } = parseArgs({
    options: { replace: { type: 'boolean', default: false } },
    allowPositionals: true,
  })
  const [archive] = positionals
  if (!archive) throw new CannotStart(USAGE)
  restore(dataFolder(), archive, values.replace)
  process.stdout.write(`restored from ${archive}; start it with npm start\n`)
})
