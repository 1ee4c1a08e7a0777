import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import { type Check, type CheckId, found, judged, passed } from './check.ts'
import { type Controller, isOn, readController, shardOf } from './controllers.ts'
import type { ClusterEvidence, Seen } from './evidence.ts'

const NEEDED = ['source-controller', 'kustomize-controller', 'notification-controller']
const APPLIERS = ['kustomize-controller', 'helm-controller']
/** The first that serves every kind in the version written, and the first that still gets fixes. */
const LEAST_FLUX = 3
const CURRENT_FLUX = 6

/** The controllers that are needed run, in a version that is new enough. */
export function checkFluxPresent({ controllers }: ClusterEvidence): Check {
  const nature = {
    id: 'flux_present',
    blocking: true,
    risk: 'Nothing is delivered: what is placed waits for a controller that does not come.',
  } as const
  return judged(nature, controllers, (objects) => {
    const all = objects.map(readController)
    const missing = NEEDED.filter((name) => !all.some(({ component }) => component === name))
    if (missing.length > 0)
      return found(nature, {
        outcome: 'fail',
        evidence: `flux-system has no ${missing.join(', no ')}`,
        remedy: `flux install --components ${NEEDED.join(',')} --components-extra helm-controller`,
      })
    const minors = all.map(({ version }) => Number(/^v?2\.(\d+)/.exec(version ?? '')?.[1] ?? NaN))
    const evidence = all.map(({ name, version }) => `${name} ${version ?? 'unlabelled'}`).join(', ')
    if (minors.some(Number.isNaN))
      return found(nature, { outcome: 'unknown', evidence, remedy: 'flux version' })
    const lowest = Math.min(...minors)
    if (lowest >= CURRENT_FLUX) return passed(nature, evidence)
    return found(
      {
        ...nature,
        risk: `Flux before 2.${CURRENT_FLUX} gets no fixes; before 2.${LEAST_FLUX} it lacks kinds.`,
      },
      {
        outcome: lowest < LEAST_FLUX ? 'fail' : 'warn',
        evidence,
        remedy: 'flux install --version latest',
      },
    )
  })
}

type Lockdown = {
  id: CheckId
  of: readonly string[]
  risk: string
  /** Whether the controller is as it should be. */
  holds(controller: Controller): boolean
  says: string
  flag: string
}

const INSECURE = ['insecure-kubeconfig-exec', 'insecure-kubeconfig-tls']

const LOCKDOWN: readonly Lockdown[] = [
  {
    id: 'cross_namespace_refs',
    of: [
      ...APPLIERS,
      'notification-controller',
      'image-reflector-controller',
      'image-automation-controller',
    ],
    risk: 'A tenant can use the sources, and so the code and credentials, of another.',
    holds: (controller) => isOn(controller, 'no-cross-namespace-refs'),
    says: 'lets objects refer to other namespaces',
    flag: '--no-cross-namespace-refs=true',
  },
  {
    id: 'default_service_account',
    of: APPLIERS,
    risk: 'An object that names no service account is applied with the rights of Flux itself.',
    holds: ({ flags }) => (flags.get('default-service-account') ?? '') !== '',
    says: 'has no default service account',
    flag: '--default-service-account=default',
  },
  {
    id: 'remote_bases',
    of: ['kustomize-controller'],
    risk: 'A tenant can pull in a Git repository that is not on its list.',
    holds: (controller) => isOn(controller, 'no-remote-bases'),
    says: 'follows remote bases',
    flag: '--no-remote-bases=true',
  },
  {
    id: 'insecure_kubeconfig',
    of: APPLIERS,
    risk: 'Whoever writes a kubeconfig can run programs in the controller, or have its connections listened to.',
    holds: (controller) => !INSECURE.some((flag) => isOn(controller, flag)),
    says: 'allows kubeconfigs with programs or without TLS',
    flag: '--insecure-kubeconfig-exec=false --insecure-kubeconfig-tls=false',
  },
]

/** How the controllers are locked down, one check for each way in which tenants could leave their namespace. */
export function checkLockdown({ controllers }: ClusterEvidence): Check[] {
  return LOCKDOWN.map((lockdown) => oneLockdown(lockdown, controllers))
}

function oneLockdown(
  { id, of, risk, holds, says, flag }: Lockdown,
  controllers: Seen<readonly KubernetesObject[]>,
): Check {
  const nature = { id, blocking: true, risk }
  return judged(nature, controllers, (objects) => {
    const meant = objects.map(readController).filter(({ component }) => of.includes(component))
    if (meant.length === 0)
      return found(nature, {
        outcome: 'unknown',
        evidence: `none of ${of.join(', ')} is there`,
        remedy: 'flux check',
      })
    const open = meant.filter((controller) => !holds(controller))
    if (open.length === 0)
      return passed(nature, `holds for ${meant.map(({ name }) => name).join(', ')}`)
    return found(nature, {
      outcome: 'fail',
      evidence: open.map(({ name }) => `${name} ${says}`).join(', '),
      remedy: open.map(({ name }) => addFlags(name, flag)).join('\n'),
    })
  })
}

/** The last of a flag given twice holds, so adding one is enough. Where Flux installs itself, the same belongs in its own manifests. */
function addFlags(name: string, flags: string): string {
  const patch = flags
    .split(' ')
    .map((value) => ({ op: 'add', path: '/spec/template/spec/containers/0/args/-', value }))
  return `kubectl --namespace flux-system patch deployment ${name} --type json --patch '${JSON.stringify(patch)}'`
}

const DEFAULT_CONCURRENCY: Readonly<Record<string, number>> = {
  'kustomize-controller': 4,
  'helm-controller': 4,
  'source-controller': 2,
}

/** How much the controllers do at a time, and whether their memory is bounded. */
export function checkConcurrency({ controllers }: ClusterEvidence): Check {
  const nature = {
    id: 'concurrency',
    blocking: false,
    risk: 'Below the usual, one slow tenant holds up all; without a memory limit, one large one takes the node.',
  } as const
  return judged(nature, controllers, (objects) => {
    const all = objects.map(readController).flatMap((controller) => {
      const usual = DEFAULT_CONCURRENCY[controller.component]
      if (usual === undefined) return []
      const atOnce = Number(controller.flags.get('concurrent') ?? usual)
      return [{ ...controller, atOnce, usual }]
    })
    const evidence = all
      .map(
        ({ name, atOnce, memoryLimit, cpuLimit }) =>
          `${name} ${atOnce} at once, memory ${memoryLimit ?? 'unlimited'}, CPU ${cpuLimit ?? 'unlimited'}`,
      )
      .join('; ')
    const low = all.filter(({ atOnce, usual, memoryLimit }) => atOnce < usual || !memoryLimit)
    if (all.length > 0 && low.length === 0) return passed(nature, evidence)
    return found(nature, {
      outcome: all.length === 0 ? 'unknown' : 'warn',
      evidence: evidence || 'no controller is there',
      remedy: low
        .map(({ name, atOnce, usual }) =>
          atOnce < usual
            ? addFlags(name, `--concurrent=${usual}`)
            : `kubectl --namespace flux-system set resources deployment ${name} --limits memory=1Gi`,
        )
        .join('\n'),
    })
  })
}

/** Shards divide the work only when the main controllers leave theirs alone; and somebody must see what carries no shard. */
export function checkShards({ controllers }: ClusterEvidence): Check {
  const nature = {
    id: 'shards',
    blocking: true,
    risk: 'An object that no controller watches is never reconciled, and nothing says so; one that two watch is applied twice.',
  } as const
  return judged(nature, controllers, (objects) => {
    const all = objects
      .map(readController)
      .map((controller) => ({ ...controller, ...shardOf(controller) }))
    const sharded = ['source-controller', 'kustomize-controller']
    const blind = sharded.filter((name) => {
      const of = all.filter(({ component }) => component === name)
      return of.length > 0 && !of.some(({ seesUnlabelled }) => seesUnlabelled)
    })
    const names = [...new Set(all.flatMap(({ shards }) => shards))].sort()
    const evidence = names.length === 0 ? 'no shards' : `shards ${names.join(', ')}`
    const selector = "--watch-label-selector='!sharding.fluxcd.io/key'".replaceAll("'", '')
    if (blind.length > 0)
      return found(nature, {
        outcome: 'fail',
        evidence: `${evidence}; no ${blind.join(' and no ')} watches objects without a shard`,
        remedy: blind.map((name) => addFlags(name, selector)).join('\n'),
      })
    const greedy = all.filter(({ flags, component, shards }) => {
      const divided = all.some((one) => one.component === component && one.shards.length > 0)
      return divided && shards.length === 0 && !flags.has('watch-label-selector')
    })
    if (greedy.length === 0) return passed(nature, evidence)
    return found(nature, {
      outcome: 'warn',
      evidence: `${evidence}; ${greedy.map(({ name }) => name).join(', ')} watches them as well`,
      remedy: greedy.map(({ name }) => addFlags(name, selector)).join('\n'),
    })
  })
}
