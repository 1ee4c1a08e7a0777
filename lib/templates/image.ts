/** A container image reference in its parts, as kustomize wants them; a digest outranks a tag. */
export type ImageParts = { name: string; tag: string | null; digest: string | null }

/** Splits `registry:port/path:tag@digest`. A colon before the last slash belongs to the registry's port. */
export function splitImage(reference: string): ImageParts {
  const [located = '', digest] = reference.split('@')
  const colon = located.indexOf(':', located.lastIndexOf('/') + 1)
  if (colon < 0) return { name: located, tag: digest ? null : 'latest', digest: digest ?? null }
  return { name: located.slice(0, colon), tag: located.slice(colon + 1), digest: digest ?? null }
}
