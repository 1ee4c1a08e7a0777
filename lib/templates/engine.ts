import { Liquid, type TagToken, type TopLevelToken } from 'liquidjs'
import { jsonText, plainName, proseText, slugText } from './inert.ts'

/** Filters that print without escaping, or that know the time: the same input must give the same bytes. */
const REFUSED_FILTERS = [
  'raw',
  'jsonify',
  'inspect',
  'date',
  'date_to_xmlschema',
  'date_to_rfc822',
  'date_to_string',
  'date_to_long_string',
]

const refusedTag = {
  parse(token: TagToken, _rest: TopLevelToken[]): void {
    throw new Error(`tag ${token.name} is not offered`)
  },
  render(): void {},
}

/** A Liquid that reads no disk, runs no code, knows no time, and prints text only through an escaping filter. */
export function newEngine(): Liquid {
  const engine = new Liquid({
    strictVariables: true,
    strictFilters: true,
    ownPropertyOnly: true,
    dynamicPartials: false,
    cache: false,
    parseLimit: 1_000_000,
    renderLimit: 2000,
    memoryLimit: 50_000_000,
    outputEscape: onlyNumbers,
  })
  for (const tag of ['include', 'render', 'layout', 'block']) engine.registerTag(tag, refusedTag)
  for (const filter of REFUSED_FILTERS) engine.registerFilter(filter, refusedFilter)
  const filters = {
    yaml: jsonText,
    json: jsonText,
    text: proseText,
    slug: slugText,
    name: plainName,
  }
  for (const [name, handler] of Object.entries(filters)) {
    engine.registerFilter(name, { handler: (value: unknown) => handler(value), raw: true })
  }
  return engine
}

/** What stands in `{{ }}` without one of our filters at its end: numbers and truth values only. */
function onlyNumbers(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  throw new TypeError('text needs one of the filters yaml, json, text, slug, name')
}

function refusedFilter(): never {
  throw new TypeError('this filter is not offered')
}
