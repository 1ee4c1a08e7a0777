import { Field, FieldSet, Input } from '#components/ui/field.tsx'
import type { FreezeScope } from '#lib/calendar/freeze.ts'

type ScopeFieldsProps = { scope: FreezeScope | null; names: FreezeScope }

/** Whom it concerns. Whatever is left empty is everything. */
export function ScopeFields({ scope, names }: ScopeFieldsProps) {
  return (
    <>
      <FieldSet id="environments" label="Environments" hint="None chosen is every one.">
        <div className="flex flex-wrap gap-x-4 gap-y-1">
          {names.environments.map((name) => (
            <label key={name} className="inline-flex min-h-6 items-center gap-1.5">
              <input
                type="checkbox"
                name="environments"
                value={name}
                defaultChecked={scope?.environments.includes(name)}
              />
              {name}
            </label>
          ))}
        </div>
      </FieldSet>
      <Field
        id="tenants"
        label="Tenants"
        hint={`Empty is every one. There are ${inShort(names.tenants)}.`}
      >
        <Input id="tenants" name="tenants" defaultValue={scope?.tenants.join(', ')} />
      </Field>
      <Field
        id="clusters"
        label="Clusters"
        hint={`Empty is every one. There are ${inShort(names.clusters)}.`}
      >
        <Input id="clusters" name="clusters" defaultValue={scope?.clusters.join(', ')} />
      </Field>
    </>
  )
}

const SHOWN = 12

function inShort(names: readonly string[]): string {
  const more = names.length - SHOWN
  return names.slice(0, SHOWN).join(', ') + (more > 0 ? ` and ${more} more` : '')
}
