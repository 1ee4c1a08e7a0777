// Backs up the stopped installation on the embedded defaults into one file: npm run backup -- <file.tar.gz>. With a database of your own: docs/runbooks/backup-restore.md.
import { parseArgs } from 'node:util'
import { backUp } from './launch/archive.ts'
import { dataFolder } from './launch/folder.ts'
import { inOneLine } from './launch/one-line.ts'

await inOneLine('npm run backup -- [FILE.tar.gz]', () => {
  const { positionals } = parseArgs({ allowPositionals: true })
  const now = new Date().toISOString().slice(0, 16).replace(/\D/g, '')
  const [archive = `stairway-${now}.tar.gz`] = positionals
  backUp(dataFolder(), archive)
  process.stdout.write(`backed up to ${archive}; it holds the secrets: keep it like one\n`)
})
