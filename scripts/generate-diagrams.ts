import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { GUARDS, guardsOf } from '../lib/changes/guards.ts'
import {
  CHANGE_STATES,
  type ChangeEvent,
  isTerminal,
  TRANSITIONS,
} from '../lib/changes/transitions.ts'

const FOLDER = new URL('../docs/diagrams/', import.meta.url)
const FILES = { 'change-states.md': changeStates() }

/** Draws the state machines from their tables; with `--check` only compares and exits 1 when a drawing is out of date. */
function main(): void {
  const check = process.argv.includes('--check')
  mkdirSync(FOLDER, { recursive: true })
  const stale = Object.entries(FILES).filter(([name, text]) => read(name) !== text)
  if (check && stale.length > 0) {
    const names = stale.map(([name]) => `docs/diagrams/${name}`).join(', ')
    process.stderr.write(`out of date: ${names}; run node scripts/generate-diagrams.ts\n`)
    process.exit(1)
  }
  for (const [name, text] of stale) writeFileSync(new URL(name, FOLDER), text)
}

function read(name: string): string | undefined {
  try {
    return readFileSync(new URL(name, FOLDER), 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

function changeStates(): string {
  const arrows = CHANGE_STATES.flatMap((from) =>
    Object.entries(TRANSITIONS[from]).map(([event, to]) => `  ${from} --> ${to}: ${event}`),
  )
  const ends = CHANGE_STATES.filter(isTerminal).map((state) => `  ${state} --> [*]`)
  const guards = Object.keys(GUARDS).map(
    (event) => `| ${event} | ${guardWords(event as ChangeEvent)} |`,
  )
  return `# States of a change

Drawn from \`lib/changes/transitions.ts\` by \`scripts/generate-diagrams.ts\`; do not edit. Whatever is not drawn is refused, here and by the database.

\`\`\`mermaid
stateDiagram-v2
  [*] --> draft
${[...arrows, ...ends].join('\n')}
\`\`\`

| event | what must hold besides the state |
|---|---|
${guards.join('\n')}
`
}

function guardWords(event: ChangeEvent): string {
  return guardsOf(event)
    .map((guard) => guard.replaceAll('_', ' '))
    .join(', ')
}

main()
