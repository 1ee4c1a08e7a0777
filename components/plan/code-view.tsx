import { Fragment } from 'react'
import { lineDiff, linesOf } from './line-diff.ts'

type CodeViewProps = { text: string; previous?: string | undefined; label: string; yaml?: boolean }

/** A text with line numbers; with `previous`, the difference with signs. Only code scrolls sideways. */
export function CodeView({ text, previous, label, yaml = false }: CodeViewProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard (WCAG 2.1.1)
    <section className="code" tabIndex={0} aria-label={label}>
      {previous === undefined ? (
        <Plain text={text} yaml={yaml} />
      ) : (
        <Changed text={text} previous={previous} yaml={yaml} />
      )}
    </section>
  )
}

function Plain({ text, yaml }: { text: string; yaml: boolean }) {
  return linesOf(text).map((line, place) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: a line's only name is its number
    <span key={place} className="code-line">
      <span>{place + 1}</span>
      <span />
      <span>{yaml ? <Coloured line={line} /> : line}</span>
    </span>
  ))
}

const CLASSES = { ' ': '', '+': 'code-add', '-': 'code-del' } as const

function Changed({ text, previous, yaml }: { text: string; previous: string; yaml: boolean }) {
  return lineDiff(previous, text).map((line, place) =>
    line.sign === '…' ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: the lines of one comparison never move
      <span key={place} className="code-line code-gap">
        <span />
        <span />
        <span>{line.hidden} unchanged lines</span>
      </span>
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: the lines of one comparison never move
      <span key={place} className={`code-line ${CLASSES[line.sign]}`}>
        <span>{line.number}</span>
        <span>{line.sign === '-' ? '−' : line.sign}</span>
        <span>{yaml ? <Coloured line={line.text} /> : line.text}</span>
      </span>
    ),
  )
}

const YAML_KEY = /^(\s*(?:- )*)([\w./$"'-]+)(:(?:\s.*)?)$/

function Coloured({ line }: { line: string }) {
  if (/^\s*#/.test(line)) return <span className="code-comment">{line}</span>
  const [, indent, key, rest] = YAML_KEY.exec(line) ?? []
  if (key === undefined) return <Fragment>{line}</Fragment>
  return (
    <>
      {indent}
      <span className="code-key">{key}</span>
      {rest}
    </>
  )
}
