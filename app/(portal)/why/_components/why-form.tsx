import { Button } from '#components/ui/button.tsx'
import { Field, Input, Select } from '#components/ui/field.tsx'
import { dataClassName } from '#components/words.ts'

type WhyFormProps = {
  asked: {
    tenant?: string | undefined
    person?: string | undefined
    environment?: string | undefined
    cluster?: string | undefined
    template?: string | undefined
    name?: string | undefined
    costCode?: string | undefined
    team?: string | undefined
    size: string
    dataClass: number
  }
  options: {
    tenants: readonly { slug: string; name: string }[]
    environments: readonly string[]
    clusters: readonly string[]
    templates: readonly string[]
    people: readonly { userName: string; name: string }[]
  }
}

/** The question, as an address that can be passed on. */
export function WhyForm({ asked, options }: WhyFormProps) {
  const people = [['', 'Me'], ...options.people.map(({ userName, name }) => [userName, name])]
  return (
    <form method="get" action="/why" className="grid gap-2">
      <h2>Question</h2>
      <Choice
        name="tenant"
        label="Tenant"
        value={asked.tenant}
        of={options.tenants.map(({ slug, name }) => [slug, name])}
      />
      {options.people.length > 0 ? (
        <Choice name="person" label="Person" value={asked.person} of={people} />
      ) : null}
      <Choice
        name="environment"
        label="Environment"
        value={asked.environment}
        of={named(options.environments)}
      />
      <Choice name="cluster" label="Cluster" value={asked.cluster} of={named(options.clusters)} />
      <Choice
        name="template"
        label="Template"
        value={asked.template}
        of={named(options.templates)}
      />
      <Choice
        name="size"
        label="Size"
        value={asked.size}
        of={['small', 'medium', 'large'].map((size) => [size, size])}
      />
      <Choice
        name="dataClass"
        label="Data"
        value={String(asked.dataClass)}
        of={[0, 1, 2, 3].map((one) => [String(one), dataClassName(one)])}
      />
      <Text name="costCode" label="Cost code" value={asked.costCode} />
      <Text name="team" label="Owning team" value={asked.team} />
      <Text name="name" label="Name of the service" value={asked.name} />
      <div>
        <Button type="submit" kind="primary">
          Ask
        </Button>
      </div>
    </form>
  )
}

function named(names: readonly string[]): string[][] {
  return [['', 'Any'], ...names.map((name) => [name, name])]
}

type ChoiceProps = {
  name: string
  label: string
  value: string | undefined
  of: readonly (readonly string[])[]
}

function Choice({ name, label, value, of }: ChoiceProps) {
  return (
    <Field id={`why-${name}`} label={label}>
      <Select id={`why-${name}`} name={name} defaultValue={value ?? ''}>
        {of.map(([key, word]) => (
          <option key={key} value={key}>
            {word}
          </option>
        ))}
      </Select>
    </Field>
  )
}

function Text({ name, label, value }: Omit<ChoiceProps, 'of'>) {
  return (
    <Field id={`why-${name}`} label={label}>
      <Input id={`why-${name}`} name={name} defaultValue={value ?? ''} maxLength={100} />
    </Field>
  )
}
