import { afterAll, beforeAll, expect, test } from 'vitest'
import { listAudit } from '#lib/audit/queries.ts'
import { decisionsBy } from '#lib/changes/approval-queries.ts'
import { listChanges } from '#lib/changes/list-queries.ts'
import { listCatalog } from '#lib/cmdb/catalog-queries.ts'
import { listServices } from '#lib/cmdb/service-list-queries.ts'
import { listClusters } from '#lib/fleet/queries.ts'
import { type TestOrganisation, testOrganisation } from '#lib/testing/organisation.ts'
import type { Viewer } from '#lib/viewer.ts'
import { type PageRequest, placeToken } from './keyset.ts'

let organisation: TestOrganisation
let grace: Viewer

beforeAll(async () => {
  organisation = await testOrganisation()
  grace = await organisation.viewer('grace.kim')
})
afterAll(() => organisation?.close())

const LISTS: readonly [string, (page: PageRequest) => Promise<unknown>][] = [
  ['changes', (page) => listChanges(organisation.platform, grace, { view: 'all', ...page })],
  ['decisions', (page) => decisionsBy(organisation.platform, grace, page)],
  ['audit', (page) => listAudit(organisation.platform, grace, page)],
  ['catalog', (page) => listCatalog(organisation.platform, grace, page)],
  ['clusters', (page) => listClusters(organisation.platform, grace, page)],
  [
    'services, worst first',
    (page) => listServices(organisation.platform, grace, { view: 'all', sort: 'worst', ...page }),
  ],
  [
    'services by name',
    (page) => listServices(organisation.platform, grace, { view: 'all', sort: 'name', ...page }),
  ],
]

/** What no list can end with, in every length: no time, no number, a NUL, and beyond every range. */
const FORGED = ['x', 'a\0', '2026-13-45T00:00:00.000Z', '99999999999999999999', "'"].flatMap(
  (value) => [1, 2, 3].map((length) => placeToken(Array.from({ length }, () => value))),
)

test.each(LISTS)(
  'a forged place in %s never fails; one of no type of its columns is the first page',
  async (_, list) => {
    const first = await list({})
    for (const token of ['', 'x', '%', placeToken(['\0', '\0']), placeToken(['\0', '\0', '\0'])])
      for (const page of [{ after: token }, { before: token }])
        expect(await list(page)).toEqual(first)
    for (const token of FORGED) {
      expect(await list({ after: token })).toHaveProperty('rows')
      expect(await list({ before: token })).toHaveProperty('rows')
    }
  },
)

test.each(['2026-02-30', '2026-13-45', '0000-00-00', 'x'])(
  'a day that is none (%s) narrows the audit in no way',
  async (day) => {
    const all = await listAudit(organisation.platform, grace, {})
    expect(await listAudit(organisation.platform, grace, { from: day, to: day })).toEqual(all)
  },
)
