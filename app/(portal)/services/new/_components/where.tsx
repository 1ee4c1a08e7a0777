'use client'
import { Pencil } from 'lucide-react'
import { useState } from 'react'
import { buttonClass } from '#components/ui/button-class.ts'
import { FieldSet } from '#components/ui/field.tsx'
import { Tag } from '#components/ui/tag.tsx'
import { counted, dataClassName } from '#components/words.ts'
import { clustersIn, tenantOf, usualTargets } from './filled-request.ts'
import { fieldId } from './form-issues.ts'
import type { FormCluster, Target } from './options.ts'
import type { FieldsProps } from './questions.tsx'
import { RunsAlready } from './runs-already.tsx'

const TAGS_AT_MOST = 12

/** Environments, then clusters: one of each region is chosen at first, the pencil opens the rest. */
export function Where(props: FieldsProps) {
  const { options, mine, request, errors } = props
  const tenant = tenantOf(mine, options)
  const [open, setOpen] = useState<string | null>(null)
  return (
    <FieldSet
      id={fieldId('targets')}
      label="Where does it run?"
      error={errors.targets}
      hint={`${counted(request.targets.length, 'target')}. One cluster of each region is chosen at first; ${counted(tenant?.clusters.length ?? 0, 'cluster admits', 'clusters admit')} the tenant.`}
    >
      <div className="framed">
        {options.environments.map(({ name }) => (
          <EnvironmentRow
            key={name}
            {...props}
            environment={name}
            open={open === name}
            onOpen={() => setOpen(open === name ? null : name)}
          />
        ))}
      </div>
      <RunsAlready {...props} />
    </FieldSet>
  )
}

type EnvironmentRowProps = FieldsProps & { environment: string; open: boolean; onOpen: () => void }

function EnvironmentRow({
  environment,
  open,
  onOpen,
  options,
  mine,
  request,
  set,
}: EnvironmentRowProps) {
  const tenant = tenantOf(mine, options)
  const offered = clustersIn(tenant, environment)
  const chosen = request.targets
    .filter((target) => target.environment === environment)
    .map((target) => target.cluster)
  const known = (cluster: string) =>
    request.targets.find(
      (target) => target.environment === environment && target.cluster === cluster,
    )
  const barred = barredText(tenant?.environments.includes(environment) ?? false, offered.length)
  const choose = (targets: readonly Target[]) =>
    set({
      targets: [
        ...request.targets.filter((target) => target.environment !== environment),
        ...targets,
      ],
    })
  return (
    <div className="framed-row">
      <div className="where-row">
        <label>
          <input
            type="checkbox"
            checked={chosen.length > 0}
            disabled={barred !== undefined && chosen.length === 0}
            onChange={(event) =>
              choose(event.target.checked ? usualTargets(tenant, environment) : [])
            }
          />
          <span className="name">{environment}</span>
        </label>
        <span className="flex flex-wrap gap-1">
          {barred ? <span className="text-xs text-ink-3">{barred}</span> : null}
          {chosen.slice(0, TAGS_AT_MOST).map((cluster) => (
            <Tag key={cluster} mono bad={!offered.some((one) => one.name === cluster)}>
              {cluster}
            </Tag>
          ))}
          {chosen.length > TAGS_AT_MOST ? <Tag>{chosen.length - TAGS_AT_MOST} more</Tag> : null}
        </span>
        <button
          type="button"
          className={buttonClass({ kind: 'quiet', size: 'icon' })}
          aria-expanded={open}
          disabled={offered.length === 0}
          onClick={onOpen}
        >
          <Pencil className="icon" aria-hidden="true" />
          <span className="sr-only">Choose clusters of {environment}</span>
        </button>
      </div>
      {open ? (
        <ClusterChoice
          environment={environment}
          offered={offered}
          chosen={chosen}
          dataClass={request.dataClass}
          onChoose={(clusters) =>
            choose(clusters.map((cluster) => known(cluster) ?? { environment, cluster }))
          }
        />
      ) : null}
    </div>
  )
}

function barredText(allowed: boolean, offered: number): string | undefined {
  if (!allowed) return 'not open to the tenant; the platform team opens it'
  return offered === 0 ? 'no cluster admits the tenant; the platform team admits it' : undefined
}

type ClusterChoiceProps = {
  environment: string
  offered: readonly FormCluster[]
  chosen: readonly string[]
  dataClass: number
  onChoose: (clusters: string[]) => void
}

function ClusterChoice({ environment, offered, chosen, dataClass, onChoose }: ClusterChoiceProps) {
  const regions = [...new Set(offered.map((cluster) => cluster.region))]
  return (
    <div className="grid max-h-72 gap-3 overflow-auto border-t border-line px-2.5 py-2">
      {regions.map((region) => {
        const own = offered
          .filter((cluster) => cluster.region === region)
          .map((cluster) => cluster.name)
        const others = chosen.filter((cluster) => !own.includes(cluster))
        const all = own.every((cluster) => chosen.includes(cluster))
        return (
          <fieldset key={region}>
            <legend className="flex items-center gap-3 text-xs text-ink-2">
              {region}
              <button
                type="button"
                className="link-button"
                onClick={() => onChoose(all ? others : [...others, ...own])}
              >
                {all ? 'None' : `All ${own.length}`}
                <span className="sr-only">
                  {' '}
                  of {region} for {environment}
                </span>
              </button>
            </legend>
            <div className="flex flex-wrap gap-x-4">
              {offered
                .filter((cluster) => cluster.region === region)
                .map((cluster) => (
                  <ClusterBox
                    key={cluster.name}
                    cluster={cluster}
                    dataClass={dataClass}
                    checked={chosen.includes(cluster.name)}
                    onChange={(on) =>
                      onChoose(
                        on
                          ? [...chosen, cluster.name]
                          : chosen.filter((name) => name !== cluster.name),
                      )
                    }
                  />
                ))}
            </div>
          </fieldset>
        )
      })}
    </div>
  )
}

type ClusterBoxProps = {
  cluster: FormCluster
  dataClass: number
  checked: boolean
  onChange: (checked: boolean) => void
}

function ClusterBox({ cluster, dataClass, checked, onChange }: ClusterBoxProps) {
  const below = cluster.accreditedClass < dataClass
  return (
    <label
      className="flex min-h-7 items-center gap-1.5"
      title={below ? `accredited for ${dataClassName(cluster.accreditedClass)} only` : undefined}
    >
      <input
        type="checkbox"
        checked={checked}
        onChange={(event) => onChange(event.target.checked)}
      />
      <span className="mono">{cluster.name}</span>
      {below ? (
        <span className="text-xs text-ink-3">{dataClassName(cluster.accreditedClass)}</span>
      ) : null}
    </label>
  )
}
