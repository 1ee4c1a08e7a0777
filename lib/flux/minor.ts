/** The minor of a Flux 2 distribution as its controllers are labelled, `v2.6.4` → 6; undefined where the label says nothing of the kind. */
export function fluxMinor(version: string | null): number | undefined {
  const minor = /^v?2\.(\d+)(?:\D|$)/.exec(version ?? '')?.[1]
  return minor === undefined ? undefined : Number(minor)
}

/** The first minors of Flux whose Kustomization has `deletionPolicy`, and in it `WaitForTermination` (kustomize-controller 1.5 and 1.6: its pull requests 1314 and 1444). */
const DELETION_POLICY = 5
const WAITS_FOR_TERMINATION = 6

/**
 * What a Kustomization says about its end, as far as the Flux of its cluster understands it: an unknown field is refused there. What says no version is
 * taken for a current one. All else that we write is the same from Flux 2.3 to 2.9 (release notes; docs/guide/admin.md).
 */
export function endOfKustomization(flux: string | null): {
  deletionPolicy?: 'WaitForTermination' | 'Delete'
} {
  const minor = fluxMinor(flux) ?? WAITS_FOR_TERMINATION
  if (minor < DELETION_POLICY) return {}
  return { deletionPolicy: minor < WAITS_FOR_TERMINATION ? 'Delete' : 'WaitForTermination' }
}
