import {
  type Client,
  type Entry,
  FilterParser,
  PagedResultsControl,
  SearchRequest,
  SearchResponse,
  StatusCodeParser,
} from 'ldapts'
import type { LdapSearch } from '#lib/ports/ldap.ts'

/** Entries of a page; Active Directory gives at most 1000. */
const PAGE = 500
/** Pages without an entry, one after the other, that are believed. */
const MOST_EMPTY = 1000
/** The client counts its own messages from 1. */
let lastMessage = 1_000_000

/**
 * Every entry that fits, page by page, over the session that signed in. Not the client's own paging, which takes an empty page for the last one though the server says that there is more (RFC 2696
 * allows it, and Active Directory does it where much does not fit), and which signs in to nothing when a connection is lost: it goes on as nobody, who may see a part.
 */
export async function* pagesOf(
  client: Client,
  search: LdapSearch,
  timeoutMs: number,
): AsyncGenerator<Entry> {
  const { base, scope, filter, attributes, bytes = [] } = search
  let cookie: Buffer | undefined
  let empty = 0
  do {
    const paged = new PagedResultsControl({ value: { size: PAGE, ...(cookie ? { cookie } : {}) } })
    lastMessage = (lastMessage % 2_000_000_000) + 1
    const request = new SearchRequest({
      ...{ messageId: lastMessage, baseDN: base, scope, filter: FilterParser.parseString(filter) },
      ...{ attributes: [...attributes], explicitBufferAttributes: [...bytes] },
      timeLimit: Math.ceil(timeoutMs / 1000),
      controls: scope === 'base' ? [] : [paged],
    })
    const answer = await asked(client, request)
    for (const entry of answer.searchEntries)
      yield entry.toObject(request.attributes, request.explicitBufferAttributes)
    empty = answer.searchEntries.length === 0 ? empty + 1 : 0
    if (empty > MOST_EMPTY) throw new Error('the server gives empty pages without end')
    cookie = cookieOf(answer)
  } while (cookie)
}

async function asked(client: Client, request: SearchRequest): Promise<SearchResponse> {
  if (!client.isBound) throw new Error('the connection was lost on the way')
  // biome-ignore lint/complexity/useLiteralKeys: private, and the one way to see an answer's controls; it never connects anew
  const answer: unknown = await client['_send'](request)
  if (!(answer instanceof SearchResponse)) throw new Error('the answer is none to a search')
  if (answer.status !== 0) throw StatusCodeParser.parse(answer)
  return answer
}

function cookieOf({ controls = [] }: SearchResponse): Buffer | undefined {
  for (const control of controls)
    if (control instanceof PagedResultsControl && control.value?.cookie?.length)
      return control.value.cookie
  return undefined
}
