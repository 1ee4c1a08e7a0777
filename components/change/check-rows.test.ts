import { expect, test } from 'vitest'
import { type LiveCheck, liveCheckRows, storedCheckRows } from './check-rows.ts'

function check(outcome: LiveCheck['outcome'], subject: string | null = null): LiveCheck {
  return {
    checkId: 'cluster_admitted',
    title: 'The cluster admits the tenant',
    severity: 'blocking',
    outcome,
    reasonCode: 'x',
    subject,
    finding: `found ${subject}`,
    remedy: { text: 'Choose another.', who: 'the platform team', field: null },
    evidence: {
      sources: [{ source: 'tenant_cluster', observedAt: '2026-11-24T10:00:00Z', detail: '' }],
    },
    waivable: null,
  }
}

test('passes of one check about many clusters share a row; failures keep their own', () => {
  const rows = liveCheckRows([check('pass', 'eu-1'), check('fail', 'eu-2'), check('pass', 'eu-3')])
  expect(rows.map((row) => [row.title, row.outcome, row.detail])).toEqual([
    ['The cluster admits the tenant · eu-2', 'fail', 'found eu-2'],
    ['The cluster admits the tenant', 'pass', '2 times: eu-1, eu-3'],
  ])
})

test('an error blocks like a failure, a warning does not', () => {
  expect(
    liveCheckRows([check('error'), check('fail'), check('warn'), check('pass')]).map(
      (row) => row.blocks,
    ),
  ).toEqual(['Blocks submit', 'Blocks submit', 'Does not block', undefined])
})

test('a stored result reads its finding and source from the evidence', () => {
  const [row] = storedCheckRows([
    {
      checkId: 'quota',
      title: 'Quota',
      outcome: 'fail',
      severity: 'blocking',
      evidence: {
        finding: 'full',
        subject: null,
        sources: [{ source: 'tenant_quota', observedAt: null, detail: '' }],
      },
      evaluatedAt: '',
    },
  ])
  expect(row).toMatchObject({ detail: 'full', source: 'tenant_quota', blocks: 'Blocks the start' })
})

test('what is waived keeps its row, with who, until when and why', () => {
  const waiver = {
    ...{ decider: 'Ben Carter', asker: 'Ada Okafor', reason: 'until Monday' },
    until: '2026-12-01T10:00:00Z',
  }
  const waived = check('waived', 'eu-1')
  const rows = liveCheckRows([
    { ...waived, evidence: { ...waived.evidence, waiver } },
    check('waived', 'eu-2'),
  ])
  expect(rows.map((row) => [row.title, row.detail, row.blocks])).toEqual([
    [
      'The cluster admits the tenant · eu-1',
      'found eu-1. Waived by Ben Carter until 2026-12-01, asked by Ada Okafor: until Monday',
      undefined,
    ],
    ['The cluster admits the tenant · eu-2', 'found eu-2', undefined],
  ])
})
