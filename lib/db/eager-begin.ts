import type { ClientBase, QueryConfig, QueryResult } from 'pg'

/** How the statement begins that sets a transaction's context: nobody reads its answer. */
export const CONTEXT_MARK = '/* context */'

type Statement = string | QueryConfig
type Send = (statement: Statement, ...rest: unknown[]) => Promise<QueryResult>

/**
 * Makes a connection (opened with `pipeline`) keep BEGIN and the context back until the first statement and send the three as one:
 * a round trip in place of three. A transaction that ends before its first statement never reaches the server.
 * What the beginning was refused for is thrown by that first statement.
 */
export function beginEagerly(client: ClientBase): void {
  const send = client.query.bind(client) as Send
  let held: QueryConfig[] = []
  const query: Send = (statement, ...rest) => {
    const text = typeof statement === 'string' ? statement : statement.text
    if (text === 'BEGIN' || (held.length > 0 && text?.startsWith(CONTEXT_MARK))) {
      held.push(typeof statement === 'string' ? { text } : statement)
      return Promise.resolve(NOTHING)
    }
    if (held.length === 0) return send(statement, ...rest)
    const beginning = held
    held = []
    if (text === 'COMMIT' || text === 'ROLLBACK') return Promise.resolve(NOTHING)
    return together(client, beginning, send, () => send(statement, ...rest))
  }
  client.query = query as ClientBase['query']
}

async function together(
  client: ClientBase,
  beginning: readonly QueryConfig[],
  send: Send,
  first: () => Promise<QueryResult>,
): Promise<QueryResult> {
  const { stream } = (client as ClientBase & { connection: { stream: Corkable } }).connection
  stream.cork()
  const sent = [...beginning.map((each) => send(each)), first()]
  stream.uncork()
  const answers = await Promise.allSettled(sent)
  const refused = answers.find((answer) => answer.status === 'rejected')
  if (refused) throw refused.reason
  return (answers.at(-1) as PromiseFulfilledResult<QueryResult>).value
}

type Corkable = { cork(): void; uncork(): void }

const NOTHING: QueryResult = { command: '', rowCount: 0, oid: 0, fields: [], rows: [] }
