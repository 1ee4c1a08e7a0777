'use client'
import { Urgency } from '#components/change/urgency.tsx'
import { PickOne, Segments } from '#components/ui/choice.tsx'
import { Field, FieldSet, Input, Select } from '#components/ui/field.tsx'
import { nameBudget } from '#lib/dns-label.ts'
import { SIZES, tenantOf } from './filled-request.ts'
import { fieldId } from './form-issues.ts'
import type { FormOptions, Mine, Request } from './options.ts'
import { Parameters } from './parameters.tsx'
import { Where } from './where.tsx'

export type FieldsProps = {
  options: FormOptions
  mine: Mine
  request: Request
  /** Messages of the fields that are shown as wrong. */
  errors: Readonly<Record<string, string>>
  set: (values: Mine) => void
  forget: (...fields: (keyof Mine)[]) => void
}

const SIZE_WORDS: Record<string, string> = { small: 'Small', medium: 'Medium', large: 'Large' }

/** The questions that only the person can answer. */
export function Questions(props: FieldsProps) {
  const { options, request, errors, set } = props
  return (
    <>
      <h2 className="sr-only">Questions</h2>
      {options.tenants.length > 1 ? <TenantQuestion {...props} /> : null}
      <NameQuestion {...props} />
      <FieldSet id={fieldId('template')} label="What is it?" error={errors.template}>
        <PickOne
          name="template"
          value={request.template}
          onChange={(template) => set({ template })}
          choices={options.templates.map((template) => ({
            value: template.name,
            label: template.title,
            about: template.description,
            end: `v${template.version}`,
          }))}
        />
      </FieldSet>
      <Parameters {...props} />
      <Where {...props} />
      <FieldSet
        id={fieldId('size')}
        label="How much?"
        hint="Quota of the namespace on each cluster; small suits most services."
        error={errors.size}
      >
        <Segments
          name="size"
          value={request.size}
          onChange={(size) => set({ size })}
          choices={SIZES.map((size) => ({ value: size, label: SIZE_WORDS[size] ?? size }))}
        />
      </FieldSet>
      <Urgency
        emergency={props.request.emergency}
        onChange={(emergency) => (emergency ? props.set({ emergency }) : props.forget('emergency'))}
        error={props.errors.emergency}
        ids={{
          kind: fieldId('emergency'),
          incident: fieldId('incident'),
          why: fieldId('cannot-wait'),
        }}
      />
    </>
  )
}

function TenantQuestion({ options, request, set, forget }: FieldsProps) {
  return (
    <Field id={fieldId('tenant')} label="For which tenant?">
      <Select
        id={fieldId('tenant')}
        value={request.tenant}
        onChange={(event) => {
          forget('targets', 'costCode', 'application', 'dataClass')
          set({ tenant: event.target.value })
        }}
      >
        {options.tenants.map((tenant) => (
          <option key={tenant.slug} value={tenant.slug}>
            {tenant.name}
          </option>
        ))}
      </Select>
    </Field>
  )
}

function NameQuestion({ options, mine, request, errors, set }: FieldsProps) {
  const tenant = tenantOf(mine, options)
  const environments = [...new Set(request.targets.map((target) => target.environment))]
  const left = nameBudget(tenant?.prefix ?? '', environments) - request.name.length
  const [environment = 'dev'] = environments
  return (
    <Field
      id={fieldId('name')}
      label="Name"
      error={
        errors.name ??
        (left < 0 ? `${-left} characters too long for its longest namespace` : undefined)
      }
      hint={
        request.name === '' ? (
          'Lower-case letters, digits and hyphens. Repository and namespaces are named after it.'
        ) : (
          <>
            <span className="mono">
              {tenant?.gitOrg}/{request.name}
            </span>
            , namespaces like{' '}
            <span className="mono">
              {tenant?.prefix}-{request.name}-{environment}
            </span>
            ; {Math.max(0, left)} characters left
          </>
        )
      }
    >
      <Input
        id={fieldId('name')}
        data-field="name"
        value={request.name}
        maxLength={80}
        invalid={errors.name !== undefined || left < 0}
        onChange={(event) => set({ name: event.target.value })}
      />
    </Field>
  )
}
