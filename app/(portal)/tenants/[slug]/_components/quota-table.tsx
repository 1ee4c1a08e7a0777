'use client'
import { Pencil } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { attempt } from '#components/attempt.ts'
import { Field, Input } from '#components/ui/field.tsx'
import { FormDialog } from '#components/ui/form-dialog.tsx'
import { Table } from '#components/ui/table.tsx'
import { changeQuotaAction } from '../../actions.ts'

type Quota = {
  environment: string
  cpu: number
  memory: number
  instances: number
  usedCpu: number
  usedMemory: number
  usedInstances: number
}

const MILLI = 1000
const MIB_PER_GIB = 1024

/** What the tenant may use per environment, and what its instances ask for. */
export function QuotaTable({
  tenant,
  quotas,
  manage,
}: {
  tenant: string
  quotas: readonly Quota[]
  manage: boolean
}) {
  return (
    <Table flat>
      <thead>
        <tr>
          <th scope="col">Environment</th>
          <th scope="col" className="figure">
            Cores
          </th>
          <th scope="col" className="figure">
            GiB
          </th>
          <th scope="col" className="figure">
            Instances
          </th>
          {manage ? (
            <th scope="col">
              <span className="sr-only">Act</span>
            </th>
          ) : null}
        </tr>
      </thead>
      <tbody>
        {quotas.map((quota) => (
          <tr key={quota.environment}>
            <td className="name">{quota.environment}</td>
            <Used used={quota.usedCpu / MILLI} of={quota.cpu / MILLI} />
            <Used used={quota.usedMemory / MIB_PER_GIB} of={quota.memory / MIB_PER_GIB} />
            <Used used={quota.usedInstances} of={quota.instances} />
            {manage ? (
              <td className="figure">
                <ChangeQuota tenant={tenant} quota={quota} />
              </td>
            ) : null}
          </tr>
        ))}
      </tbody>
    </Table>
  )
}

function Used({ used, of }: { used: number; of: number }) {
  const short = (n: number) => (n < 100 ? Math.round(n * 10) / 10 : Math.round(n))
  return (
    <td className="figure whitespace-nowrap">
      {short(used)} <span className="text-ink-3 max-wide:block">of {short(of)}</span>
    </td>
  )
}

function ChangeQuota({ tenant, quota }: { tenant: string; quota: Quota }) {
  const router = useRouter()
  const { environment } = quota
  return (
    <FormDialog
      open={
        <>
          <Pencil className="icon wide:hidden" aria-hidden="true" />
          <span className="max-wide:sr-only">
            Change<span className="sr-only"> the quota of {environment}</span>…
          </span>
        </>
      }
      title={`Quota in ${environment}`}
      act="Set the quota"
      onDone={() => router.refresh()}
      onSubmit={(form) => {
        const figure = (name: string) => Number(form.get(name))
        return attempt(() =>
          changeQuotaAction({
            tenant,
            environment,
            cpu: Math.round(figure('cpu') * MILLI),
            memory: Math.round(figure('memory') * MIB_PER_GIB),
            instances: figure('instances'),
            reason: String(form.get('reason') ?? ''),
          }),
        )
      }}
    >
      <Figure name="cpu" label="Cores" value={quota.cpu / MILLI} />
      <Figure name="memory" label="GiB of memory" value={quota.memory / MIB_PER_GIB} />
      <Figure name="instances" label="Instances" value={quota.instances} />
      <Field id="quota-reason" label="Why">
        <Input id="quota-reason" name="reason" required minLength={3} maxLength={500} />
      </Field>
    </FormDialog>
  )
}

function Figure({ name, label, value }: { name: string; label: string; value: number }) {
  return (
    <Field id={`quota-${name}`} label={label}>
      <Input
        id={`quota-${name}`}
        name={name}
        type="number"
        min={0}
        step="any"
        required
        defaultValue={value}
      />
    </Field>
  )
}
