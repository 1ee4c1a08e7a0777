// Backs up the stopped installation on the embedded defaults into one file: node scripts/backup.ts <file.tar.gz>. With a database of your own: docs/runbooks/backup-restore.md.
import { backUp } from './launch/archive.ts'
import { CannotStart, dataFolder } from './launch/folder.ts'

const [archive = `stairway-${new Date().toISOString().slice(0, 16).replace(/\D/g, '')}.tar.gz`] =
  process.argv.slice(2)
try {
  backUp(dataFolder(), archive)
  process.stdout.write(`backed up to ${archive}; it holds the secrets: keep it like one\n`)
} catch (error) {
  if (!(error instanceof CannotStart)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exit(1)
}
