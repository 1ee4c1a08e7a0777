import { type AskedFacts, type Fact, known, type VendorFacts } from '#lib/entitlements/facts.ts'
import type { FactsInput } from './load-facts.ts'
import { type SourceRows, sourceFact } from './source-fact.ts'

type Vendor = { result: string; valid_until: string | null; trouble?: string }

type AskedRows = SourceRows & {
  today: string
  dependencies: { name: string; tier: number | null }[]
}

/** Facts about what was asked for beside the service: recovery, the services that it calls, the companies that it relies on. */
export function askedFacts(
  row: AskedRows,
  { request, context }: Pick<FactsInput, 'request' | 'context'>,
  productive: readonly string[],
): AskedFacts {
  const { recovery, dependsOn = [], vendors = [] } = request
  const clusters = context.targets
    .filter(({ environment }) => productive.includes(environment))
    .map(({ cluster }) => cluster.name)
  const live = row.dependencies.map(({ name }) => name)
  return {
    recovery: known(
      {
        stated: recovery !== undefined,
        rtoMinutes: recovery?.rtoMinutes ?? UNSTATED,
        rpoMinutes: recovery?.rpoMinutes ?? UNSTATED,
        backup: recovery?.backup ?? false,
        productionClusters: new Set(clusters).size,
      },
      row.now,
      'the request',
    ),
    dependencies: known(
      { found: row.dependencies, missing: dependsOn.filter((name) => !live.includes(name)).sort() },
      row.now,
      'CMDB',
    ),
    vendors:
      vendors.length === 0
        ? known({ named: [], unassessed: [] }, row.now, 'the request')
        : vendorFact(row, [...vendors].sort()),
  }
}

/** Minutes that stand for a target that was not stated: longer than any. */
const UNSTATED = Number.MAX_SAFE_INTEGER

/** As old as the source; a company that it has not is not assessed, and a row that cannot be read is no answer. */
function vendorFact(row: AskedRows, named: readonly string[]): Fact<VendorFacts> {
  const read = sourceFact<Record<string, Vendor>, Record<string, Vendor>>(row, {
    ...{ kind: 'vendors', absent: {} },
    from: (records) => records,
  })
  if (!read.known) return read
  const broken = named.map((name) => read.value[name]?.trouble).find(Boolean)
  if (broken !== undefined) return { known: false, why: broken, source: read.source }
  const unassessed = named.flatMap((name) => {
    const why = notRelied(read.value[name], row.today)
    return why === undefined ? [] : [`${name} (${why})`]
  })
  return { ...read, value: { named: [...named], unassessed } }
}

function notRelied(vendor: Vendor | undefined, today: string): string | undefined {
  if (!vendor) return 'never assessed'
  if (vendor.result !== 'approved') return vendor.result === 'refused' ? 'refused' : 'not decided'
  const until = vendor.valid_until
  return until !== null && until < today ? `assessed until ${until}` : undefined
}
