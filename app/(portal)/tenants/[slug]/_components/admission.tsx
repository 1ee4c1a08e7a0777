'use client'
import { useRouter } from 'next/navigation'
import { attempt } from '#components/attempt.ts'
import { Field, Input, Select } from '#components/ui/field.tsx'
import { FormDialog } from '#components/ui/form-dialog.tsx'
import { changeAdmissionAction } from '../../actions.ts'

type Place = { cluster: string; clusterId: string; environment: string }

/** Admits the tenant to one more cluster. */
export function Admit({ tenant, offered }: { tenant: string; offered: readonly Place[] }) {
  const router = useRouter()
  if (offered.length === 0) return null
  return (
    <FormDialog
      open="Admit to a cluster…"
      title="Admit to which cluster?"
      act="Admit"
      onDone={() => router.refresh()}
      onSubmit={(form) => {
        const [clusterId = '', environment = ''] = String(form.get('place')).split(' ')
        const reason = String(form.get('reason') ?? '')
        return attempt(() =>
          changeAdmissionAction({ tenant, clusterId, environment, admitted: true, reason }),
        )
      }}
    >
      <Field id="place" label="Cluster and environment">
        <Select id="place" name="place">
          {offered.map((place) => (
            <option
              key={`${place.clusterId} ${place.environment}`}
              value={`${place.clusterId} ${place.environment}`}
            >
              {place.cluster}, {place.environment}
            </option>
          ))}
        </Select>
      </Field>
      <Why />
    </FormDialog>
  )
}

/** Takes one admission back. */
export function Withdraw({ tenant, admission }: { tenant: string; admission: Place }) {
  const router = useRouter()
  const { cluster, clusterId, environment } = admission
  return (
    <FormDialog
      open={
        <span>
          Withdraw<span className="sr-only"> from {cluster}</span>…
        </span>
      }
      title={`Withdraw from ${cluster} in ${environment}?`}
      act="Withdraw"
      danger
      onDone={() => router.refresh()}
      onSubmit={(form) =>
        attempt(() =>
          changeAdmissionAction({
            tenant,
            clusterId,
            environment,
            admitted: false,
            reason: String(form.get('reason') ?? ''),
          }),
        )
      }
    >
      <p>New requests can no longer choose it. It is refused while an instance stands there.</p>
      <Why />
    </FormDialog>
  )
}

function Why() {
  return (
    <Field id="reason" label="Why">
      <Input id="reason" name="reason" required minLength={3} maxLength={500} />
    </Field>
  )
}
