/** How a receiver is reached; `token` and `signingKey` are opened secrets and never leave the worker. */
export type ReceiverAccess = {
  transport: 'https' | 'syslog_tls' | 'syslog_tcp'
  endpoint: string
  /** Authority to trust instead of the system's own; PEM. */
  caPem: string | null
  token: string | null
  signingKey: string | null
}

/** Lines that go out together, in order. */
export type Batch = {
  /** Names the batch, the same every time that it is sent. */
  id: string
  contentType: string
  /** Each without its line's end; for syslog whole messages. */
  lines: readonly string[]
}

/** What came of a batch. Only `taken` is an acknowledgement; after every other answer all of it is sent again. */
export type Receipt =
  | { outcome: 'taken'; said: string }
  /** The receiver will never take this batch as it is (400, 413, 422). */
  | { outcome: 'refused'; said: string }
  /** It may take the same batch later: busy, unreachable, cut off, or not letting us in. */
  | { outcome: 'later'; said: string; afterSeconds: number | null }

/** Sends batches to one receiver. Answers; never throws for what a receiver or a network does. */
export type AuditReceiver = { send(batch: Batch): Promise<Receipt> }

export type ReceiverDialer = {
  /** Throws AdapterError (`not_allowed`) where OUTBOUND_ALLOW does not name the endpoint. */
  dial(access: ReceiverAccess): AuditReceiver
}
