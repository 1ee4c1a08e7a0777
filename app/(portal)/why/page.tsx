import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { single } from '#components/list-url.ts'
import { Page, PageHead } from '#components/shell/page.tsx'
import { Note } from '#components/ui/note.tsx'
import { Time } from '#components/ui/time.tsx'
import { may } from '#lib/auth/permissions.ts'
import { WhyAsked } from '#lib/onboarding/why/why.schema.ts'
import { readWhy, readWhyOptions, type Why } from '#lib/onboarding/why/why-queries.ts'
import { platform } from '#lib/web/platform.ts'
import { requireViewer } from '#lib/web/viewer.ts'
import { WhyChecks } from './_components/why-checks.tsx'
import { WhyForm } from './_components/why-form.tsx'

export const metadata: Metadata = { title: 'Why can I' }

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> }

export default async function WhyPage({ searchParams }: Props) {
  const viewer = await requireViewer()
  if (!may(viewer, 'service.read')) notFound()
  const parsed = WhyAsked.safeParse(single(await searchParams))
  const given = parsed.success ? parsed.data : WhyAsked.parse({})
  const options = await readWhyOptions(platform(), viewer, given.tenant)
  const asked = { ...given, tenant: given.tenant ?? options.tenants[0]?.slug }
  const why = asked.tenant ? await readWhy(platform(), viewer, asked) : null
  return (
    <Page crumbs={[{ label: 'Why can I' }]}>
      <PageHead
        title="Why can I, why can’t I"
        sub="Every check of an onboarding, by the very evaluation that decides a submit. Change a value to see what would follow; nothing is stored."
      />
      <div className="two">
        <div className="two-main">{why ? <Answer why={why} /> : <Nothing />}</div>
        <aside className="aside" aria-label="Question">
          <WhyForm asked={asked} options={options} />
        </aside>
      </div>
    </Page>
  )
}

function Nothing() {
  return (
    <Note title="No such tenant or person, or you may not ask about them.">
      <p>You may ask about yourself in your tenants; owners may ask about people of theirs.</p>
    </Note>
  )
}

function Answer({ why }: { why: Why }) {
  const { person, tenant, can, checks, policies, unknownClusters, evaluatedAt } = why
  return (
    <>
      <Note
        className="mb-3"
        tone={can ? 'ok' : 'bad'}
        shape={can ? 'pass' : 'fail'}
        title={`${person.name} ${can ? 'can' : 'cannot'} onboard this in ${tenant.name}`}
      >
        <p>
          Version {policies.version} of the policies, asked <Time at={evaluatedAt} as="moment" />.
          {unknownClusters.length > 0 ? ` No such cluster: ${unknownClusters.join(', ')}.` : ''}
        </p>
      </Note>
      <WhyChecks checks={checks} />
    </>
  )
}
