'use client'
import { useRouter } from 'next/navigation'
import { type FormEvent, useRef, useState } from 'react'
import { reach } from '#components/attempt.ts'
import { changeNumber } from '#components/change-number.ts'
import { type ErrorText, errorText } from '#components/error-text.ts'
import { Page, PageHead } from '#components/shell/page.tsx'
import { Button } from '#components/ui/button.tsx'
import { Time } from '#components/ui/time.tsx'
import { RequestService } from '#lib/onboarding/request-service.schema.ts'
import { requestServiceAction } from '../actions.ts'
import { ErrorSummary } from './error-summary.tsx'
import { FilledIn } from './filled-in.tsx'
import { filledRequest } from './filled-request.ts'
import { type FormIssue, issuesOf } from './form-issues.ts'
import type { FormOptions, Mine } from './options.ts'
import { Proof } from './proof.tsx'
import { Questions } from './questions.tsx'
import { RequestBar } from './request-bar.tsx'
import { type Saved, useDraft } from './use-draft.ts'
import { usePreview } from './use-preview.ts'
import { useTypedEarly } from './use-typed-early.ts'

type RequestFormProps = {
  options: FormOptions
  /** Name under which the draft is kept. */
  form: string
  start: Mine
  draft: { mine: Mine; savedAt: string } | null
  /** The start comes from the address, which stands above what was kept. */
  linked: boolean
  /** Number of the ended change that is asked for again. */
  repeats: number | undefined
  edited: { id: string; number: number; revision: number } | null
}

/** Four questions; the rest filled in; checks and plan beside them, live. */
export function RequestForm({
  options,
  form,
  start,
  draft,
  linked,
  repeats,
  edited,
}: RequestFormProps) {
  const { mine, saved, set, forget, discard } = useDraft(form, start, { draft, linked })
  const formElement = useRef<HTMLFormElement>(null)
  useTypedEarly(formElement)
  const request = filledRequest(mine, options)
  const preview = usePreview(request, edited?.id)
  const issues = issuesOf(RequestService.safeParse(request), preview.shown?.parameterIssues ?? [])
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set())
  const submit = useSubmit({
    repeats,
    request,
    issues,
    blocking: preview.shown?.blocking ?? 0,
    edited,
    onDone: discard,
  })
  const shownIssues = issues.filter((issue) => submit.tried || touched.has(issue.field))
  const errors = Object.fromEntries(shownIssues.map((issue) => [issue.field, issue.message]))
  const fields = { options, mine, request, errors, set, forget }
  return (
    <Page
      crumbs={[
        { label: 'Services', href: '/services' },
        { label: edited ? `Edit ${changeNumber(edited.number)}` : 'New' },
      ]}
    >
      <PageHead
        title={edited ? `Edit ${changeNumber(edited.number)}` : 'New service'}
        sub={
          edited
            ? 'A new revision. Approvals stand where their sections do not move.'
            : 'Four questions. The rest is filled in from your entitlements and the CMDB; change anything.'
        }
        acts={<DraftState saved={saved} onDiscard={() => void discard()} />}
      />
      <form
        ref={formElement}
        className="contents"
        aria-label={edited ? 'Edit the request' : 'New service'}
        noValidate
        onSubmit={submit.onSubmit}
        onKeyDown={(event) =>
          (event.metaKey || event.ctrlKey) && event.key === 'Enter' && submit.onSubmit(event)
        }
        onBlur={(event) => {
          const field = event.target.getAttribute('data-field')
          if (field) setTouched((before) => new Set([...before, field]))
        }}
      >
        <div className="request">
          <div className="request-questions">
            {submit.tried && issues.length > 0 ? (
              <ErrorSummary ref={submit.summary} issues={issues} />
            ) : null}
            <Questions {...fields} />
            <FilledIn {...fields} />
          </div>
          <Proof preview={preview} request={request} changeId={edited?.id} />
        </div>
        <RequestBar
          preview={preview}
          issues={issues}
          error={submit.error}
          pending={submit.pending}
          edited={edited !== null}
        />
      </form>
    </Page>
  )
}

function DraftState({ saved, onDiscard }: { saved: Saved; onDiscard: () => void }) {
  return (
    <>
      <span className="mr-1.5 self-center text-xs text-ink-3" role="status">
        {saved.failed ? 'Kept in this tab; the server could not be reached' : null}
        {saved.at && !saved.failed ? (
          <>
            Draft saved <Time at={saved.at} as="clock" />
          </>
        ) : null}
      </span>
      <Button kind="quiet" size="small" onClick={onDiscard}>
        Discard
      </Button>
    </>
  )
}

type Submitting = {
  repeats: number | undefined
  request: ReturnType<typeof filledRequest>
  issues: readonly FormIssue[]
  blocking: number
  edited: RequestFormProps['edited']
  onDone: () => Promise<void>
}

function useSubmit({ repeats, request, issues, blocking, edited, onDone }: Submitting) {
  const router = useRouter()
  const summary = useRef<HTMLDivElement>(null)
  const under = useRef(false)
  const [tried, setTried] = useState(false)
  const [pending, setPending] = useState(false)
  const [error, setError] = useState<ErrorText | null>(null)

  async function send(): Promise<void> {
    under.current = true
    setPending(true)
    const again = edited
      ? { changeId: edited.id, baseRevision: edited.revision }
      : repeats === undefined
        ? {}
        : { repeats }
    const answer = await reach(() =>
      requestServiceAction({ request: RequestService.parse(request), ...again }),
    )
    if (answer.ok) {
      await onDone()
      router.push(`/changes/${answer.value.number}`)
      return
    }
    under.current = false
    setPending(false)
    setError(errorText(answer.error))
  }

  function onSubmit(event: Pick<FormEvent, 'preventDefault'>): void {
    event.preventDefault()
    if (under.current) return
    setTried(true)
    setError(null)
    if (issues.length > 0) requestAnimationFrame(() => summary.current?.focus())
    else if (blocking > 0) document.getElementById('entitlement-checks')?.focus()
    else void send()
  }

  return { tried, pending, error, summary, onSubmit }
}
