import { canonicalJson } from '#lib/canonical.ts'
import { sha256Hex } from '#lib/hash.ts'
import type { TemplateDefinition } from './template.ts'

/** SHA-256 over the canonical form of a whole template version: the same bytes, the same digest. Hex. */
export function templateDigest(template: TemplateDefinition): string {
  return sha256Hex(canonicalJson(template))
}
