import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { listUrl, single } from '#components/list-url.ts'
import { Page, PageHead } from '#components/shell/page.tsx'
import { Button, ButtonLink } from '#components/ui/button.tsx'
import { Empty } from '#components/ui/empty.tsx'
import { Input } from '#components/ui/field.tsx'
import { readReport } from '#lib/audit/report-queries.ts'
import { isReportName, REPORTS } from '#lib/audit/reports.ts'
import { may } from '#lib/auth/permissions.ts'
import { platform } from '#lib/web/platform.ts'
import { requireViewer } from '#lib/web/viewer.ts'
import { ReportTable } from '../_components/report-table.tsx'
import { examinedWords } from '../_components/words.ts'

const SHOWN = 500

type Props = {
  params: Promise<{ report: string }>
  searchParams: Promise<Record<string, string | string[] | undefined>>
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { report: name } = await params
  return { title: isReportName(name) ? REPORTS[name].title : 'Not found' }
}

export default async function ReportPage({ params, searchParams }: Props) {
  const viewer = await requireViewer()
  if (!may(viewer, 'audit.read')) notFound()
  const [{ report: name }, asked] = await Promise.all([params, searchParams])
  if (!isReportName(name)) notFound()
  const { day: wished } = single(asked)
  const answer = await readReport(platform(), viewer, { name, day: wished, most: SHOWN })
  if (!answer) notFound()
  const { title, question, columns, isAtDay } = REPORTS[name]
  const { rows, found, day } = answer
  const csv = listUrl(`/audit/reports/${name}/export`, {}, isAtDay ? { day } : {})
  return (
    <Page
      crumbs={[
        { label: 'Audit', href: '/audit' },
        { label: 'Reports', href: '/audit/reports' },
        { label: title },
      ]}
    >
      <PageHead
        title={title}
        sub={`${question} Looked through: ${examinedWords(REPORTS[name], answer.examined)}. Times are UTC.`}
        acts={
          <ButtonLink size="small" href={csv} prefetch={false}>
            Export CSV
          </ButtonLink>
        }
      />
      {isAtDay ? <DayForm name={name} day={day} /> : null}
      {rows.length > 0 ? <ReportTable columns={columns} rows={rows} /> : null}
      {rows.length === 0 ? <Empty title="None." /> : null}
      {found > rows.length ? (
        <p className="pad text-ink-2">
          The newest {rows.length} of {found} are shown. The CSV holds up to 10,000.
        </p>
      ) : null}
    </Page>
  )
}

function DayForm({ name, day }: { name: string; day: string }) {
  return (
    <form
      action={`/audit/reports/${name}`}
      className="flex flex-wrap items-center gap-2 px-(--gutter) pb-3"
    >
      <label htmlFor="report-day" className="text-ink-2">
        At the end of
      </label>
      <div className="w-40">
        <Input id="report-day" name="day" type="date" defaultValue={day} required />
      </div>
      <Button type="submit">Show</Button>
    </form>
  )
}
