import { diskTrouble } from '../disk.mjs'
import { CannotStart } from './folder.ts'

/** Runs a command of ours. What a person can mend ends it with one line and 1: a reason of ours, the disk, or flags of another form. */
export async function inOneLine(usage: string, command: () => void | Promise<void>): Promise<void> {
  try {
    await command()
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException
    const line =
      error instanceof CannotStart
        ? message
        : code?.startsWith('ERR_PARSE_ARGS')
          ? usage
          : diskTrouble(message)
    if (!line) throw error
    process.stderr.write(`${line}\n`)
    process.exit(1)
  }
}
