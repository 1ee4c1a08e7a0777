import type { Metadata } from 'next'
import Link from 'next/link'
import { notFound } from 'next/navigation'
import { Page, PageHead } from '#components/shell/page.tsx'
import { lookOf } from '#components/states/look.ts'
import { State } from '#components/states/state.tsx'
import { Table } from '#components/ui/table.tsx'
import { answerReports } from '#lib/audit/report-queries.ts'
import { REPORTS, type Report } from '#lib/audit/reports.ts'
import { may } from '#lib/auth/permissions.ts'
import { platform } from '#lib/web/platform.ts'
import { requireViewer } from '#lib/web/viewer.ts'
import { examinedWords } from './_components/words.ts'

export const metadata: Metadata = { title: 'Audit reports' }

export default async function ReportsPage() {
  const viewer = await requireViewer()
  if (!may(viewer, 'audit.read')) notFound()
  const answers = await answerReports(platform(), viewer)
  return (
    <Page crumbs={[{ label: 'Audit', href: '/audit' }, { label: 'Reports' }]}>
      <PageHead
        title="Reports"
        sub="Questions that an audit asks, answered from the records as they stand now."
      />
      <Table full flat>
        <thead>
          <tr>
            <th scope="col">Report</th>
            <th scope="col">Answer</th>
            <th scope="col" className="not-phone">
              Looked through
            </th>
          </tr>
        </thead>
        <tbody>
          {answers.map(({ name, found, examined }) => (
            <tr key={name} className="align-top">
              <td>
                <Link className="name link" href={`/audit/reports/${name}`}>
                  {REPORTS[name].title}
                </Link>
                <p className="max-w-[72ch] text-ink-2">{REPORTS[name].question}</p>
              </td>
              <td className="whitespace-nowrap">
                <Answer report={REPORTS[name]} found={found} />
              </td>
              <td className="not-phone whitespace-nowrap text-ink-2">
                {examinedWords(REPORTS[name], examined)}
              </td>
            </tr>
          ))}
        </tbody>
      </Table>
    </Page>
  )
}

function Answer({ report, found }: { report: Report; found: number }) {
  if (!report.expectsNone) return found === 0 ? 'None' : found
  return found === 0 ? (
    <State look={lookOf('check', 'pass')} word="None" />
  ) : (
    <State look={lookOf('check', 'fail')} word={`${found} found`} />
  )
}
