/** The list's saved views; each is a URL. */
export const VIEWS = [
  { name: 'all', label: 'All that I see', state: undefined },
  { name: 'mine', label: 'My teams’', state: undefined },
  { name: 'unowned', label: 'Owner needed', state: undefined },
  { name: 'trouble', label: 'Not Ready', state: undefined },
] as const

type ViewName = (typeof VIEWS)[number]['name']

export type ServiceListFilter = {
  name: ViewName
  view: 'mine' | 'all'
  sort: 'worst' | 'name'
  environment: string | undefined
  severityAtLeast: number | undefined
  ownerNeeded: boolean
  tenant: string | undefined
  q: string | undefined
  after: string | undefined
  before: string | undefined
}

/** Reads the list's filter from its URL; what is not known is left out. */
export function serviceFilter(
  query: Readonly<Record<string, string | undefined>>,
): ServiceListFilter {
  const name = VIEWS.find((view) => view.name === query.view)?.name ?? 'all'
  return {
    name,
    view: name === 'mine' ? 'mine' : 'all',
    sort: query.sort === 'name' ? 'name' : 'worst',
    environment: query.env || undefined,
    severityAtLeast: name === 'trouble' || query.state === 'not-ready' ? 1 : undefined,
    ownerNeeded: name === 'unowned',
    tenant: query.tenant || undefined,
    q: query.q?.slice(0, 100),
    after: query.after,
    before: query.before,
  }
}
