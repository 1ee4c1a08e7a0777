/** Where a feed is fetched, with its secret opened. */
export type FeedAccess = {
  transport: 'https' | 'file'
  /** An `https:` address, or the path of a file below the folder of feeds. */
  address: string
  /** PEM; null is public authorities. */
  caPem: string | null
  token: string | null
}

/** A feed as it was fetched, whole. */
export type Feed = {
  text: string
  /** When the source wrote it, as far as the transport says; null where it does not. */
  writtenAt: Date | null
}

export type FeedReader = {
  /** Fetches a feed as a whole, at most 64 MiB. Throws AdapterError: `not_allowed`, `unreachable`, `timeout`, `unauthorised`, `not_found`, `server_error`, `too_large`, `invalid`. */
  read(access: FeedAccess): Promise<Feed>
}
