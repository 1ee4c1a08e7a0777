import type { Transaction } from '#lib/db/client.ts'

/** A directory and how many of its tokens are valid, locked, so that of two who make a token at once the second counts the first's. */
export async function lockDirectory(
  tx: Transaction,
  id: string,
): Promise<{ name: string; kind: string; live: number } | undefined> {
  const rows = await tx.$queryRaw<
    { name: string; kind: string }[]
  >`select name, kind from directory where id = ${id} for update`
  const [count] = await tx.$queryRaw<{ live: number }[]>`
    select count(*)::int as live from directory_token where directory_id = ${id} and revoked_at is null and (expires_at is null or expires_at > now())`
  return rows[0] && { ...rows[0], live: count?.live ?? 0 }
}

/** Keeps a new token by its hash; the others stay as they are. */
export async function insertDirectoryToken(
  tx: Transaction,
  token: { directoryId: string; hash: Uint8Array<ArrayBuffer> },
): Promise<void> {
  await tx.$executeRaw`insert into directory_token (token_hash, directory_id) values (${token.hash}, ${token.directoryId})`
}

/** Ends a token, named by the first digits of its hash. False when there is none that is not ended. */
export async function endDirectoryToken(
  tx: Transaction,
  token: { directoryId: string; mark: string },
): Promise<boolean> {
  const ended = await tx.$executeRaw`
    update directory_token set revoked_at = now() where directory_id = ${token.directoryId} and revoked_at is null and left(encode(token_hash, 'hex'), 12) = ${token.mark}`
  return ended > 0
}
