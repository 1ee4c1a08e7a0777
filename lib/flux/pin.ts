import { blockYaml } from './block-yaml.ts'
import { mapOf, textOf } from './status.ts'
import { parseTenantObject } from './tenant-set.ts'

/**
 * A rendered GitRepository pinned to a commit of its branch, or, with null, following the branch; nothing else of it moves. Flux clones the branch
 * and checks that commit out, so its revision reads `<branch>@sha1:<commit>` either way.
 */
export function withCommit(yaml: string, commit: string | null): string {
  const object = parseTenantObject(yaml)
  const spec = mapOf(object.spec)
  const { commit: _pinned, ...ref } = mapOf(spec.ref)
  return blockYaml({ ...object, spec: { ...spec, ref: commit ? { ...ref, commit } : ref } })
}

/** The branch that a rendered GitRepository follows, or would if it were not pinned. */
export function branchOf(yaml: string): string {
  return textOf(mapOf(mapOf(parseTenantObject(yaml).spec).ref).branch) || 'main'
}
