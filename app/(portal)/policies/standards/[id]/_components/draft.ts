/** A standard change while it is edited. */
export type Bounds = {
  templates: string[]
  environments: string[]
  sizes: string[]
  dataClassAtMost: number
  tierAtLeast: number
  targetsAtMost: number
  riskAtMost: 'low' | 'medium' | 'high' | 'critical'
  tenants?: string[] | undefined
  /** Kept as they are. */
  parameters?: Record<string, (string | number | boolean)[]> | undefined
}

export type Draft = {
  standardId: string | null
  name: string
  owner: string
  until: string
  bounds: Bounds
  ends: boolean
}

export type Choices = {
  tenants: readonly { slug: string; name: string }[]
  environments: readonly string[]
  templates: readonly { name: string; title: string }[]
  groups: readonly string[]
}
