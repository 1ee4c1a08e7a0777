import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { changeNumber } from '#components/change-number.ts'
import { mayIn } from '#lib/auth/permissions.ts'
import { readLog, readRun } from '#lib/runs/queries.ts'
import { platform } from '#lib/web/platform.ts'
import { requireViewer } from '#lib/web/viewer.ts'
import { LiveRun } from './_components/live-run.tsx'
import { NotBegun } from './_components/not-begun.tsx'
import { linesOf, pictureOf } from './picture.ts'

type Props = { params: Promise<{ number: string; n: string }> }

const LINES_AT_FIRST = 500

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { number, n } = await params
  return { title: `Run ${n}, ${changeNumber(Number(number))}` }
}

export default async function RunPage({ params }: Props) {
  const viewer = await requireViewer()
  const { number, n } = await params
  if (!/^\d{1,15}$/.test(number) || !/^\d{1,6}$/.test(n)) notFound()
  const run = await readRun(platform(), viewer, { number: Number(number), attempt: Number(n) })
  if (!run) notFound()
  if (run.id === null)
    return <NotBegun number={run.number} title={run.title} state={run.changeState} />
  const lines = await readLog(platform(), viewer, { runId: run.id, last: LINES_AT_FIRST })
  return (
    <LiveRun
      first={pictureOf(run)}
      firstLines={linesOf(lines, run)}
      mayOperate={mayIn(viewer, 'run.operate', run.tenantId)}
    />
  )
}
