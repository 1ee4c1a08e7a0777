import type { Metadata } from 'next'
import Link from 'next/link'
import { notFound } from 'next/navigation'
import { Page, PageHead } from '#components/shell/page.tsx'
import { lookOf } from '#components/states/look.ts'
import { State } from '#components/states/state.tsx'
import { Empty } from '#components/ui/empty.tsx'
import { counted } from '#components/words.ts'
import { type AccessPage, readAccess } from '#lib/auth/access-queries.ts'
import { may } from '#lib/auth/permissions.ts'
import { platform } from '#lib/web/platform.ts'
import { requireViewer } from '#lib/web/viewer.ts'
import { GrantReview } from './_components/grant-review.tsx'
import { Schedule } from './_components/schedule.tsx'

type Props = { params: Promise<{ tenant: string }> }

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: `Access of ${(await params).tenant}` }
}

export default async function TenantAccessPage({ params }: Props) {
  const viewer = await requireViewer()
  if (!may(viewer, 'access.read')) notFound()
  const access = await readAccess(platform(), viewer, (await params).tenant)
  if (!access) notFound()
  const manages = may(viewer, 'platform.manage')
  return (
    <Page crumbs={[{ label: 'Access', href: '/access' }, { label: access.name }]}>
      <PageHead
        title={`Access of ${access.name}`}
        beside={<Worst access={access} />}
        sub={<About access={access} />}
        acts={manages ? <Schedule tenant={access.slug} days={access.days} /> : null}
      />
      {access.rows.length === 0 ? (
        <Empty title="No role is granted here.">Nobody can ask for or decide anything.</Empty>
      ) : (
        <div className="pad">
          <GrantReview tenant={access.slug} attests={access.attests} rows={access.rows} />
        </div>
      )}
    </Page>
  )
}

const WORST_FIRST = ['lapsed', 'overdue', 'due'] as const

function Worst({ access: { rows } }: { access: AccessPage }) {
  const state = WORST_FIRST.find((each) => rows.some((row) => row.state === each)) ?? 'current'
  const n = rows.filter((row) => row.state === state).length
  const look = lookOf('access', state)
  return (
    <State
      chip
      look={look}
      word={state === 'current' ? 'All in date' : `${n} ${look.word.toLowerCase()}`}
    />
  )
}

function About({ access: { days, isPlatform, attests, slug } }: { access: AccessPage }) {
  const who = isPlatform ? 'an administrator' : 'an owner'
  return (
    <>
      Every {counted(days, 'day')} {who} says of each grant that it shall stay, seeing whom it gives
      the role to. Two weeks after its day a grant lapses
      {isPlatform
        ? ': it stands in the report of auditors. '
        : ': where the policy asks for reviewed access, requests are refused then. '}
      {attests ? null : 'You read it; you do not attest here. '}
      {isPlatform ? null : (
        <Link className="link" href={`/why?tenant=${slug}`}>
          Why can somebody here
        </Link>
      )}
    </>
  )
}
