'use client'
import { Pencil } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { attempt } from '#components/attempt.ts'
import { Field, Input, Select } from '#components/ui/field.tsx'
import { FormDialog } from '#components/ui/form-dialog.tsx'
import { changeDriftPolicyAction } from '../../actions.ts'

type Policy = 'report' | 'repair' | 'approve'
type DriftPolicy = { environment: string; policy: Policy }

const WORDS: Record<Policy, string> = {
  report: 'told; repaired when somebody asks',
  repair: 'repaired by itself',
  approve: 'repaired once a second person approves',
}

/** What is done in each environment about what was changed by hand on clusters. */
export function DriftPolicies({
  tenant,
  policies,
  manage,
}: {
  tenant: string
  policies: readonly DriftPolicy[]
  manage: boolean
}) {
  return (
    <ul className="rows">
      {policies.map(({ environment, policy }) => (
        <li key={environment}>
          <span>
            <span className="name">{environment}</span>{' '}
            <span className="text-ink-2">{WORDS[policy]}</span>
          </span>
          {manage ? <Change tenant={tenant} environment={environment} policy={policy} /> : null}
        </li>
      ))}
    </ul>
  )
}

function Change({ tenant, environment, policy }: DriftPolicy & { tenant: string }) {
  const router = useRouter()
  return (
    <FormDialog
      open={
        <>
          <Pencil className="icon wide:hidden" aria-hidden="true" />
          <span className="max-wide:sr-only">
            Change<span className="sr-only"> what is done about drift in {environment}</span>…
          </span>
        </>
      }
      title={`Drift in ${environment}`}
      act="Set it"
      onDone={() => router.refresh()}
      onSubmit={(form) =>
        attempt(() =>
          changeDriftPolicyAction({
            tenant,
            environment,
            policy: String(form.get('policy')) as Policy,
            reason: String(form.get('reason') ?? ''),
          }),
        )
      }
    >
      <Field id="drift-policy" label="What was changed by hand is">
        <Select id="drift-policy" name="policy" defaultValue={policy}>
          {Object.entries(WORDS).map(([value, words]) => (
            <option key={value} value={value}>
              {words}
            </option>
          ))}
        </Select>
      </Field>
      <Field id="drift-reason" label="Why">
        <Input id="drift-reason" name="reason" required minLength={3} maxLength={300} />
      </Field>
    </FormDialog>
  )
}
