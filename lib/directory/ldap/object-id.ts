/**
 * Active Directory’s `objectGUID` as text: the first three groups are little-endian in its bytes (MS-DTYP 2.3.4), so that the text is what Windows, Entra Connect and identity providers
 * show. Null for anything but 16 bytes.
 */
export function guidText(bytes: Uint8Array): string | null {
  if (bytes.length !== 16) return null
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0'))
  const group = (...places: number[]) => places.map((place) => hex[place]).join('')
  return [
    group(3, 2, 1, 0),
    group(5, 4),
    group(7, 6),
    group(8, 9),
    group(10, 11, 12, 13, 14, 15),
  ].join('-')
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** `entryUUID` (RFC 4530) in lower case; null for what is none. */
export function uuidText(text: string): string | null {
  return UUID.test(text) ? text.toLowerCase() : null
}
