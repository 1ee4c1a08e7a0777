'use client'
import { Button } from '#components/ui/button.tsx'
import { Field, Input, Select } from '#components/ui/field.tsx'
import {
  type Choices,
  figureOf,
  type Quorum,
  type Rule,
  ruleOf,
  SECTIONS,
  type Stage,
  toggled,
} from './draft.ts'
import { Figure } from './figure.tsx'
import { Many } from './scope-fields.tsx'
import { Waiting } from './waiting.tsx'
import { Who } from './who.tsx'

type StageFieldsProps = {
  place: number
  stage: Stage
  choices: Choices
  onChange: (stage: Stage) => void
  /** Absent for the only stage there is. */
  onRemove?: (() => void) | undefined
}

const SOURCES: readonly { value: Rule['source']; label: string }[] = [
  { value: 'group', label: 'A group' },
  { value: 'tenant_role', label: 'A role in the tenant' },
  { value: 'service_owner', label: 'The owning team' },
  { value: 'manager', label: 'The requester’s manager' },
  { value: 'on_call', label: 'Who is on call for the owning team' },
  { value: 'named', label: 'Named people' },
]

/** One stage: who decides, how many, in which order, over what, and what an approval needs besides. */
export function StageFields({ place, stage, choices, onChange, onRemove }: StageFieldsProps) {
  const id = `stage-${place}`
  const set = (given: Partial<Stage>) => onChange({ ...stage, ...given })
  return (
    <section className="panel" aria-label={`Stage ${place + 1}: ${stage.name}`}>
      <div className="field-pair">
        <Field id={`${id}-name`} label="Stage">
          <Input
            id={`${id}-name`}
            value={stage.name}
            maxLength={120}
            required
            onChange={({ target }) => set({ name: target.value })}
          />
        </Field>
        <Figure
          id={`${id}-order`}
          label="Order"
          hint="Stages of one order run in parallel."
          value={stage.order ?? 1}
          max={9}
          onChange={(order) => set({ order: order ?? 1 })}
        />
      </div>
      <div className="field-pair mt-4">
        <Field id={`${id}-source`} label="Who decides">
          <Select
            id={`${id}-source`}
            value={stage.rule.source}
            onChange={({ target }) => {
              const source = SOURCES.find(({ value }) => value === target.value)?.value
              if (source) set({ rule: ruleOf(source, choices) })
            }}
          >
            {SOURCES.map(({ value, label }) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </Select>
        </Field>
        <Who
          id={`${id}-who`}
          rule={stage.rule}
          choices={choices}
          onChange={(rule) => set({ rule })}
        />
      </div>
      <div className="field-pair mt-4">
        <QuorumFields
          id={`${id}-quorum`}
          quorum={stage.quorum}
          onChange={(quorum) => set({ quorum })}
        />
        <Figure
          id={`${id}-due`}
          label="Due within, hours"
          value={stage.dueHours}
          max={720}
          onChange={(dueHours) => set({ dueHours: dueHours ?? 1 })}
        />
      </div>
      <Many
        id={`${id}-sections`}
        label="Signs these sections of the plan"
        hint="An edit that moves none of them keeps this stage’s votes."
        all={SECTIONS.map((section) => ({ value: section, label: section }))}
        chosen={stage.sections}
        onToggle={(section) =>
          set({
            sections: SECTIONS.filter((each) =>
              toggled<string>(SECTIONS, stage.sections, section).includes(each),
            ),
          })
        }
      />
      <Demands id={id} stage={stage} set={set} />
      <Waiting id={id} stage={stage} choices={choices} set={set} />
      {onRemove ? (
        <div className="mt-3">
          <Button onClick={onRemove}>Remove this stage</Button>
        </div>
      ) : null}
    </section>
  )
}

type DemandsProps = { id: string; stage: Stage; set: (given: Partial<Stage>) => void }

function Demands({ id, stage, set }: DemandsProps) {
  return (
    <>
      <div className="field-pair mt-4">
        <Field id={`${id}-veto`} label="Rejections that end the change">
          <Select
            id={`${id}-veto`}
            value={String(stage.veto ?? 1)}
            onChange={({ target }) =>
              set({ veto: target.value === 'none' ? 'none' : Number(target.value) })
            }
          >
            <option value="1">Any one</option>
            <option value="2">Two</option>
            <option value="3">Three</option>
            <option value="none">None, unless the quorum is out of reach</option>
          </Select>
        </Field>
        <Figure
          id={`${id}-valid`}
          label="Approvals count for, hours"
          hint="Empty: until the change ends."
          value={stage.validHours}
          max={2160}
          onChange={(validHours) => set({ validHours })}
        />
      </div>
      <div className="field-pair mt-4">
        <Figure
          id={`${id}-step-up`}
          label="Sign-in no older than, minutes"
          hint="Empty: any sign-in will do."
          value={stage.stepUpMinutes}
          max={1440}
          onChange={(stepUpMinutes) => set({ stepUpMinutes })}
        />
        <label className="flex min-h-8 items-center gap-2 wide:mt-5">
          <input
            type="checkbox"
            checked={stage.commentRequired ?? false}
            onChange={({ target }) => set({ commentRequired: target.checked || undefined })}
          />
          Asks for a comment
        </label>
      </div>
    </>
  )
}

type QuorumFieldsProps = { id: string; quorum: Quorum; onChange: (quorum: Quorum) => void }

function QuorumFields({ id, quorum, onChange }: QuorumFieldsProps) {
  const kind = quorum === 'all' ? 'all' : typeof quorum === 'number' ? 'number' : 'percent'
  const figure = typeof quorum === 'number' ? quorum : quorum === 'all' ? 1 : quorum.percent
  return (
    <Field id={id} label="Must approve">
      <div className="flex gap-2">
        {kind === 'all' ? null : (
          <Input
            aria-label="How many"
            type="number"
            className="max-w-20"
            min={1}
            max={kind === 'percent' ? 100 : 20}
            value={figure}
            onChange={({ target }) => {
              const n = Math.max(1, figureOf(target.value) ?? 1)
              onChange(kind === 'percent' ? { percent: Math.min(100, n) } : Math.min(20, n))
            }}
          />
        )}
        <Select
          id={id}
          value={kind}
          onChange={({ target }) =>
            onChange(
              target.value === 'all' ? 'all' : target.value === 'percent' ? { percent: 50 } : 1,
            )
          }
        >
          <option value="number">of them</option>
          <option value="percent">% of them</option>
          <option value="all">All of them</option>
        </Select>
      </div>
    </Field>
  )
}
