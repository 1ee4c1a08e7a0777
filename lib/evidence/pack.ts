import { canonicalJson } from '#lib/canonical.ts'
import { sha256Hex } from '#lib/hash.ts'
import { README } from './readme.ts'
import { isPackable, type PackedFile, tar } from './tar.ts'

export type EvidenceItem = {
  section: string
  path: string
  action: string
  ordinal: number
  cluster: string | null
  namespace: string | null
  /** SHA-256 of the item's bytes, hex. */
  hash: string
}

export type EvidenceRevision = {
  revision: number
  plan: string
  renderer: string
  sections: Readonly<Record<string, string>>
  items: readonly EvidenceItem[]
}

/** The end of a chain, as it is signed. */
export type Head = { tenant: string; seq: number; hash: string; at: string }
export type Seal = { keyId: string; publicKey: string; signature: string }

export type Evidence = {
  change: { id: string; number: number; revision: number } & Readonly<Record<string, unknown>>
  revisions: readonly EvidenceRevision[]
  /** Bytes of every item, by hash. */
  bodies: ReadonlyMap<string, Uint8Array>
  /** Files of facts by name, each as JSON. */
  facts: Readonly<Record<string, unknown>>
  head: { head: Head } & Seal
}

/** What of a head is signed: RFC 8785 of {at, hash, seq, tenant}. */
export function headText({ tenant, seq, hash, at }: Head): string {
  return canonicalJson({ tenant, seq, hash, at })
}

/** The archive of one change. Its manifest lists every file by SHA-256 and is signed; the same evidence and key give the same bytes. */
export function packEvidence(
  evidence: Evidence,
  { verifier, seal }: { verifier: string; seal(text: string): Seal },
): Uint8Array<ArrayBuffer> {
  const files = filesOf(evidence, verifier)
  const { id, number } = evidence.change
  const manifest = text('manifest.json', {
    format: 'stairway-evidence-1',
    change: id,
    number,
    files: files.map(({ name, bytes }) => ({ name, size: bytes.length, sha256: sha256Hex(bytes) })),
  })
  const signed = { change: id, manifest: sha256Hex(manifest.bytes) }
  const sealed = canonicalJson({ ...signed, ...seal(canonicalJson(signed)) })
  return tar([manifest, plain('manifest.sig.json', sealed), ...files])
}

function filesOf(evidence: Evidence, verifier: string): PackedFile[] {
  const revisions = evidence.revisions.map((revision) => ({
    ...revision,
    items: revision.items.map((item) => ({
      ...item,
      file: fileOf(item, revision.revision === evidence.change.revision),
    })),
  }))
  const items = revisions.flatMap((revision) => revision.items)
  const bodies = new Map(items.map(({ file, hash }) => [file, bodyOf(evidence, hash)]))
  return [
    plain('README.txt', README),
    plain('verify.mjs', verifier),
    text('change.json', evidence.change),
    text('plan.json', { revisions }),
    ...Object.entries(evidence.facts).map(([name, facts]) => text(name, facts)),
    text('head.json', evidence.head),
    ...[...bodies]
      .map(([name, bytes]) => ({ name, bytes }))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
  ]
}

/** Items of the newest revision lie by their path; those of earlier ones, and what no archive can name, by their hash. */
function fileOf({ section, path, hash }: EvidenceItem, isNewest: boolean): string {
  const name = `plan/${section}/${path}`
  return isNewest && isPackable(name) ? name : `bytes/${hash}`
}

function bodyOf({ bodies }: Evidence, hash: string): Uint8Array {
  const body = bodies.get(hash)
  if (!body) throw new Error(`no bytes for the plan item ${hash}`)
  return body
}

function text(name: string, value: unknown): PackedFile {
  return plain(name, `${JSON.stringify(value, null, 2)}\n`)
}

function plain(name: string, content: string): PackedFile {
  return { name, bytes: new TextEncoder().encode(content) }
}
