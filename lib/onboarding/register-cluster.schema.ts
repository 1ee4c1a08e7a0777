import { z } from 'zod'
import { KUBECONFIG_LIMIT } from '#lib/fleet/kubeconfig.ts'
import { storedText } from '#lib/stored-text.ts'

const OneLine = z
  .string()
  .trim()
  .max(60, 'at most 60 characters')
  .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, 'lower-case letters, digits and hyphens')

/** An HTTPS address of an API server, without path, query or user. */
const Endpoint = z
  .string()
  .trim()
  .max(300)
  .refine((text) => {
    if (!URL.canParse(text)) return false
    const url = new URL(text)
    return url.protocol === 'https:' && url.pathname === '/' && !url.search && !url.username
  }, 'an https:// address with host and port only')
  .transform((text) => new URL(text).origin)

const Pem = z
  .string()
  .trim()
  .max(60_000)
  .regex(
    /^(-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----\s*)+$/,
    'one or more PEM certificates',
  )

const Token = z
  .string()
  .trim()
  .min(10, 'the token of the service account')
  .max(20_000)
  .regex(/^\S+$/, 'one word, without blanks or line breaks')

/** What an administrator gives to register a cluster. */
export const RegisterCluster = z.strictObject({
  name: OneLine.max(40, 'at most 40 characters'),
  endpoint: Endpoint,
  caPem: Pem,
  token: Token,
  region: OneLine,
  zone: OneLine,
  environments: z.array(storedText(40)).min(1, 'at least one environment').max(40),
  accreditedClass: z.int().min(0).max(3),
  ingressNamespace: z.union([OneLine, z.literal('')]),
})
export type RegisterCluster = z.infer<typeof RegisterCluster>

const Kubeconfig = z
  .string()
  .trim()
  .min(1, 'paste a kubeconfig, or choose its file')
  .max(KUBECONFIG_LIMIT, `at most ${KUBECONFIG_LIMIT} characters`)

/** The same, with address, certificate and token in a kubeconfig; no context means its current one. */
export const RegisterByKubeconfig = RegisterCluster.omit({
  endpoint: true,
  caPem: true,
  token: true,
}).extend({ kubeconfig: Kubeconfig, context: storedText(200).trim() })
export type RegisterByKubeconfig = z.infer<typeof RegisterByKubeconfig>

/** New credentials as a kubeconfig of the same cluster. */
export const ReplaceByKubeconfig = z.strictObject({
  clusterId: storedText(40),
  kubeconfig: Kubeconfig,
})
export type ReplaceByKubeconfig = z.infer<typeof ReplaceByKubeconfig>

/** A new token, and certificate where that changed, too. */
export const ReplaceCredentials = z.strictObject({
  clusterId: storedText(40),
  token: Token,
  caPem: z.union([Pem, z.literal('')]),
})
export type ReplaceCredentials = z.infer<typeof ReplaceCredentials>

/** Draining takes no new service; what runs there goes on. */
export const SetDraining = z.strictObject({
  clusterId: storedText(40),
  draining: z.boolean(),
  reason: storedText(500).trim().min(3, 'say why'),
})
export type SetDraining = z.infer<typeof SetDraining>

/** Removes a cluster for good. */
export const RetireCluster = z.strictObject({
  clusterId: storedText(40),
  reason: storedText(500).trim().min(3, 'say why'),
})
export type RetireCluster = z.infer<typeof RetireCluster>

/** Look at a cluster now. */
export const ClusterRef = z.strictObject({ clusterId: storedText(40) })
export type ClusterRef = z.infer<typeof ClusterRef>
