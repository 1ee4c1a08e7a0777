import type { ErrorText } from './error-text.ts'

/** What happened, whose it is, next step, as a list: for pages that hold nothing else. */
export function Told({ text, reference }: { text: ErrorText; reference?: string | undefined }) {
  return (
    <dl className="told">
      <dt>What happened</dt>
      <dd>{text.happened}</dd>
      <dt>Whose it is</dt>
      <dd>{text.whose}</dd>
      <dt>Next step</dt>
      <dd>{text.next}</dd>
      {reference ? (
        <>
          <dt>Reference</dt>
          <dd className="mono">{reference}</dd>
        </>
      ) : null}
    </dl>
  )
}
