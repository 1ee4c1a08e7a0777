import { createSigner, newSigningKey } from '#lib/adapters/vault/signing.ts'
import { canonicalJson } from '#lib/canonical.ts'
import { type PackedFile, tar } from '#lib/evidence/tar.ts'
import { sha256Hex } from '#lib/hash.ts'

/** Files of an archive that our own writer made. */
export function filesOf(bytes: Buffer): PackedFile[] {
  const files: PackedFile[] = []
  for (let at = 0; bytes[at]; ) {
    const name = bytes.toString('latin1', at, at + 100).replace(/\0.*$/s, '')
    const size = Number.parseInt(bytes.toString('latin1', at + 124, at + 135), 8)
    files.push({ name, bytes: bytes.subarray(at + 512, at + 512 + size) })
    at += 512 + Math.ceil(size / 512) * 512
  }
  return files
}

type Forging = { changeId: string; name: string; alter: (text: string) => string }

/** A pack as somebody without the key would forge it: one file altered, the manifest and its hash set right, sealed with a key of their own. */
export function forgedPack(archive: Buffer, { changeId, name, alter }: Forging): Buffer {
  const files = filesOf(archive).map((file) =>
    file.name === name
      ? { name, bytes: Buffer.from(alter(Buffer.from(file.bytes).toString())) }
      : file,
  )
  return sealedAnew(files, changeId)
}

/** The files behind manifest and seal, with both made anew by a key that nobody knows. */
function sealedAnew(files: PackedFile[], changeId: string): Buffer {
  const rest = files.slice(2)
  const entries = rest.map((file) => ({
    name: file.name,
    size: file.bytes.length,
    sha256: sha256Hex(file.bytes),
  }))
  const manifest = Buffer.from(JSON.stringify({ files: entries }))
  const signer = createSigner(newSigningKey())
  const signed = { change: changeId, manifest: sha256Hex(manifest) }
  const seal = canonicalJson({
    ...signed,
    keyId: signer.keyId,
    publicKey: signer.publicKey,
    signature: Buffer.from(signer.sign(canonicalJson(signed))).toString('hex'),
  })
  return Buffer.from(
    tar([
      { name: 'manifest.json', bytes: manifest },
      { name: 'manifest.sig.json', bytes: Buffer.from(seal) },
      ...rest,
    ]),
  )
}
