/** Octet counting of RFC 6587 §3.4.1 and RFC 5425 §4.3: the length in bytes, a blank, the message. */
export function octetCounted(message: string): string {
  return `${Buffer.byteLength(message)} ${message}`
}
