import { z } from 'zod'

/** One file of a skeleton as it stands before rendering. `path` may hold `__environment__` and `__<parameter>__`. */
export const SkeletonFile = z.strictObject({
  path: z.string(),
  content: z.string(),
  executable: z.boolean().default(false),
})
export type SkeletonFile = z.infer<typeof SkeletonFile>

/** A versioned service template: what a repository starts with. */
export const TemplateDefinition = z.strictObject({
  name: z.string(),
  version: z.int().positive(),
  title: z.string(),
  description: z.string(),
  language: z.string(),
  servesHttp: z.boolean(),
  /** `helm`: its repository holds a chart, and Flux releases it. Without it, kustomize overlays; left out there, so that digests of old versions stay. */
  delivery: z.literal('helm').optional(),
  /** Image of the first commit, before the repository's own CI has built one. */
  starterImage: z.string().nullable(),
  /** JSON Schema of the parameters; `properties` in the order the form asks. */
  parameterSchema: z.record(z.string(), z.unknown()),
  files: z.array(SkeletonFile),
})
export type TemplateDefinition = z.infer<typeof TemplateDefinition>

/** Facts every template may use beside its own parameters. */
export type RenderContext = {
  service: { name: string; title: string; description: string }
  tenant: { slug: string; prefix: string }
  owner: string
  tier: number
  dataClass: string
  application: string
  organization: string
  /** Image of the first commit, as one reference; a skeleton sees its parts `image.name`, `image.tag`, `image.digest`. */
  image: string
  environments: { name: string; namespace: string; replicas: number }[]
  resources: { cpu: string; memory: string }
}
