import type { Ref } from 'react'
import { Shape } from '#components/states/shape.tsx'
import { counted } from '#components/words.ts'
import { type FormIssue, fieldId } from './form-issues.ts'

/** What stands in the way after a submit, as links to the fields, in field order. Takes the focus. */
export function ErrorSummary({
  issues,
  ref,
}: {
  issues: readonly FormIssue[]
  ref: Ref<HTMLDivElement>
}) {
  return (
    <div ref={ref} className="note tone-bad mb-4" role="alert" tabIndex={-1}>
      <Shape name="fail" />
      <div>
        <p className="name">
          {counted(issues.length, 'field needs', 'fields need')} you before this can be submitted
        </p>
        <ul>
          {issues.map((issue) => (
            <li key={issue.field}>
              <a
                className="link inline-flex min-h-6 items-center"
                href={`#${fieldId(issue.field)}`}
              >
                {issue.label}: {issue.message}
              </a>
            </li>
          ))}
        </ul>
      </div>
    </div>
  )
}
