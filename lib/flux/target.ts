/** Sizes a developer chooses from; one table turns them into quota and replicas. */
export const SIZES = ['small', 'medium', 'large'] as const
export type Size = (typeof SIZES)[number]

/** How often Flux looks: source interval and that of what applies it. */
export const INTERVAL_CLASSES = {
  fast: { source: '1m', kustomization: '10m' },
  standard: { source: '10m', kustomization: '60m' },
  relaxed: { source: '30m', kustomization: '60m' },
} as const
export type IntervalClass = keyof typeof INTERVAL_CLASSES

/** Everything one target's objects are rendered from: facts known before anyone is asked, no ids of changes or runs. */
export type TargetRecord = {
  cluster: {
    id: string
    name: string
    ingressNamespace: string | null
    /** As its controllers were labelled at the last look; null before the first. */
    fluxVersion: string | null
  }
  tenant: { id: string; slug: string; prefix: string }
  /** Without `delivery`, overlays are applied by a Kustomization; with `helm`, its chart by a HelmRelease. */
  service: { slug: string; servesHttp: boolean; delivery?: 'helm' | undefined }
  environment: string
  namespace: string
  size: Size
  repository: { cloneUrl: string; branch: string }
  interval: IntervalClass
  /** Base address clusters reach us at, without a trailing slash. */
  hooksUrl: string
}

/** Sections of a plan that cluster objects fall into. */
export type ObjectSection = 'identity' | 'access' | 'network' | 'capacity' | 'repository'

/** One object of a target: where it stands in the plan and its exact YAML. */
export type TenantObject = {
  section: ObjectSection
  /** `cluster/<cluster>/<namespace>/<Kind>/<name>` */
  path: string
  kind: string
  /** Position in the order of application within the target. */
  ordinal: number
  yaml: string
}

type SizeFacts = {
  cpuMilli: number
  memoryMib: number
  pods: number
  replicas: number
  /** What one container of a template's Deployment asks for. */
  container: { cpuMilli: number; memoryMib: number }
}

/** What a size reserves on one cluster. Milli-CPU and MiB of requests; limits are twice the memory. */
export const SIZE_FACTS: Record<Size, SizeFacts> = {
  small: {
    cpuMilli: 1000,
    memoryMib: 2048,
    pods: 10,
    replicas: 1,
    container: { cpuMilli: 50, memoryMib: 128 },
  },
  medium: {
    cpuMilli: 4000,
    memoryMib: 8192,
    pods: 30,
    replicas: 2,
    container: { cpuMilli: 250, memoryMib: 512 },
  },
  large: {
    cpuMilli: 16_000,
    memoryMib: 32_768,
    pods: 100,
    replicas: 3,
    container: { cpuMilli: 500, memoryMib: 1024 },
  },
}
