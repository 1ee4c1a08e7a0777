'use client'
import { Field, Input, Select } from '#components/ui/field.tsx'
import type { Choices, Rule } from './draft.ts'

const OF_THE_REQUEST = {
  service_owner: 'Of the service, as requested.',
  manager: 'As the directory names them.',
  on_call:
    'As the on-call feed says at that moment; while it is old or missing, nobody may decide.',
}

type WhoProps = { id: string; rule: Rule; choices: Choices; onChange: (rule: Rule) => void }

/** Which group, role or people a rule names. */
export function Who({ id, rule, choices, onChange }: WhoProps) {
  if (rule.source === 'group')
    return (
      <Field id={id} label="Group">
        <Input
          id={id}
          list={`${id}-list`}
          value={rule.group}
          required
          onChange={({ target }) => onChange({ ...rule, group: target.value })}
        />
        <datalist id={`${id}-list`}>
          {choices.groups.map((group) => (
            <option key={group} value={group} />
          ))}
        </datalist>
      </Field>
    )
  if (rule.source === 'tenant_role')
    return (
      <Field id={id} label="Role">
        <Select
          id={id}
          value={rule.role}
          onChange={({ target }) =>
            onChange({ ...rule, role: target.value === 'approver' ? 'approver' : 'owner' })
          }
        >
          <option value="owner">Owners</option>
          <option value="approver">Approvers</option>
        </Select>
      </Field>
    )
  if (rule.source === 'named')
    return (
      <Field id={id} label="People" hint="User names, with commas between them.">
        <Input
          id={id}
          value={rule.people.join(', ')}
          required
          onChange={({ target }) =>
            onChange({ ...rule, people: target.value.split(',').map((name) => name.trim()) })
          }
        />
      </Field>
    )
  return <p className="text-ink-3 wide:mt-7">{OF_THE_REQUEST[rule.source]}</p>
}
