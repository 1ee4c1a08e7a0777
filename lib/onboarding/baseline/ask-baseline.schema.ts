import { z } from 'zod'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import { storedText } from '#lib/stored-text.ts'

/** What somebody asks who wants a cluster's baseline to be this build's. */
export const AskBaseline = z.strictObject({
  clusterId: storedText(40),
  reason: storedText(2000).trim().min(3, 'Say why, in a few words.'),
  /** The plan that was on the screen. */
  planHash: z.string().regex(/^[0-9a-f]{64}$/, 'the hash of the plan that was read'),
})
export type AskBaseline = z.infer<typeof AskBaseline>

const Standing = z.custom<KubernetesObject>(
  (value) => typeof value === 'object' && value !== null && 'kind' in value && 'metadata' in value,
)

/** Sealed with the change: of which cluster, which version, and what was seen to stand there when it was asked. */
export const BaselineTerms = z.strictObject({
  clusterId: z.string(),
  cluster: z.string(),
  version: z.string(),
  /** SHA-256 of the bytes to apply, as one manifest. */
  manifest: z.string(),
  standing: z.array(Standing),
  /** What an earlier version placed, stands, and is no longer wanted. */
  unwanted: z.array(z.strictObject({ kind: z.string(), name: z.string() })),
})
export type BaselineTerms = z.infer<typeof BaselineTerms>
