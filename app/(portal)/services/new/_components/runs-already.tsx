import { Field, Input } from '#components/ui/field.tsx'
import type { Target } from './options.ts'
import type { FieldsProps } from './questions.tsx'

const MOST_SHOWN = 50

/** Per target, the namespace in which the service runs already, if it does: that one is adopted instead of a new one being made. */
export function RunsAlready({ request, set }: Pick<FieldsProps, 'request' | 'set'>) {
  const { targets } = request
  if (targets.length === 0) return null
  const adopt = (target: Target, name: string) =>
    set({
      targets: targets.map((one) => {
        if (one !== target) return one
        const { environment, cluster } = one
        return { environment, cluster, ...(name ? { adopt: name } : {}) }
      }),
    })
  return (
    <details open={targets.some((target) => target.adopt) || undefined} className="mt-1.5">
      <summary>It already runs there, in a namespace of our own</summary>
      <p className="hint">
        Name that namespace and it is adopted: what stands in it stays, and the plan lists every
        field that changes hands. Left empty, a new namespace is made.
      </p>
      <div className="mt-1.5 grid gap-2">
        {targets.slice(0, MOST_SHOWN).map((target) => {
          const id = `adopt-${target.environment}-${target.cluster}`
          return (
            <Field
              key={id}
              id={id}
              label={`Namespace on ${target.cluster} for ${target.environment}`}
            >
              <Input
                id={id}
                className="mono"
                maxLength={63}
                value={target.adopt ?? ''}
                placeholder="a new one is made"
                onChange={(event) => adopt(target, event.target.value.trim())}
              />
            </Field>
          )
        })}
      </div>
    </details>
  )
}
