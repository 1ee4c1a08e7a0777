// Restores what scripts/backup.ts wrote, and verifies every audit chain of it: npm run restore -- <file.tar.gz> [--replace] [--heads FILE] [--key KEY]. Exit 1 where a chain does not hold.
import { parseArgs } from 'node:util'
import { restore } from './launch/archive.ts'
import { CannotStart, dataFolder } from './launch/folder.ts'
import { inOneLine } from './launch/one-line.ts'
import { verifyFolder, verifyOptions } from './launch/verify-restored.ts'

const USAGE = 'npm run restore -- FILE.tar.gz [--replace] [--heads FILE]… [--key KEY]…'

await inOneLine(USAGE, async () => {
  const { values, positionals } = parseArgs({
    options: {
      replace: { type: 'boolean', default: false },
      heads: { type: 'string', multiple: true, default: [] },
      key: { type: 'string', multiple: true, default: [] },
    },
    allowPositionals: true,
  })
  const [archive] = positionals
  if (!archive) throw new CannotStart(USAGE)
  const outside = { heads: values.heads, keys: values.key }
  verifyOptions(outside, 'restore')
  restore(dataFolder(), archive, values.replace)
  process.stdout.write(`restored from ${archive}; its audit chains:\n`)
  const broken = await verifyFolder(dataFolder(), outside)
  process.stdout.write(
    broken === 0
      ? `every chain holds${outside.heads.length > 0 ? '' : ' by what was restored itself: nothing was kept outside to compare its end with (--heads)'}; start it with npm start\n`
      : `${broken} of the chains do not hold. What was restored is in place. Do not start it before whoever answers for the audit has seen this: docs/runbooks/backup-restore.md\n`,
  )
  process.exit(broken === 0 ? 0 : 1)
})
