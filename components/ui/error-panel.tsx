import type { ReactNode } from 'react'
import type { ErrorText } from '#components/error-text.ts'
import { Shape } from '#components/states/shape.tsx'
import { CopyButton } from './copy-button.tsx'

type ErrorPanelProps = {
  text: ErrorText
  /** Ids that help whoever looks into it. */
  reference?: string | undefined
  acts?: ReactNode
}

/** What happened, whose it is, and the next step, in the place that failed. */
export function ErrorPanel({ text, reference, acts }: ErrorPanelProps) {
  return (
    <div className="note tone-bad" role="alert">
      <Shape name="fail" />
      <div>
        <p className="name">{text.happened}</p>
        <p className="text-ink-2">
          {text.whose} {text.next}
        </p>
        {acts || reference ? (
          <div className="mt-2 flex flex-wrap items-center gap-2">
            {acts}
            {reference ? (
              <span className="mono ml-auto inline-flex items-center gap-1 text-ink-2">
                {reference}
                <CopyButton text={reference} what="the reference" />
              </span>
            ) : null}
          </div>
        ) : null}
      </div>
    </div>
  )
}
