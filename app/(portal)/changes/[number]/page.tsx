import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { changeNumber } from '#components/change-number.ts'
import { single } from '#components/list-url.ts'
import { AdoptionPlan } from '#components/plan/adoption-plan.tsx'
import { PlanView } from '#components/plan/plan-view.tsx'
import { Refresher } from '#components/refresher.tsx'
import { Page } from '#components/shell/page.tsx'
import { mayIn, type Permission } from '#lib/auth/permissions.ts'
import { readConversation } from '#lib/changes/conversation-queries.ts'
import { readPlan } from '#lib/changes/plan-queries.ts'
import { readReview } from '#lib/changes/review-queries.ts'
import { isTerminal } from '#lib/changes/transitions.ts'
import { readPackState } from '#lib/evidence/queries.ts'
import { mayWithdraw } from '#lib/onboarding/withdraw-change.ts'
import { readServiceNow } from '#lib/servicenow/queries.ts'
import type { Viewer } from '#lib/viewer.ts'
import { platform } from '#lib/web/platform.ts'
import { requireViewer } from '#lib/web/viewer.ts'
import { ChangeAside } from './_components/change-aside.tsx'
import { ChangeDecision } from './_components/change-decision.tsx'
import { ChangeHead } from './_components/change-head.tsx'
import { ChangeHistory } from './_components/change-history.tsx'
import { ChangeNotes } from './_components/change-notes.tsx'
import { Conversation } from './_components/conversation.tsx'
import { EmergencyNote } from './_components/emergency-note.tsx'
import { EvidencePack } from './_components/evidence-pack.tsx'
import { ReviewAct } from './_components/review-act.tsx'
import { SectionTable } from './_components/section-table.tsx'
import { ServiceNowAside, ServiceNowNotes } from './_components/servicenow-part.tsx'
import { readSurveyed } from './adoptions.ts'
import { pictureOf } from './picture.ts'
import { PlanWindow } from './plan-window.tsx'
import { readReviewed } from './reviewed.ts'

/** States that end by themselves; while somebody reads a plan to decide, nothing moves under their eyes. */
const MOVING = ['assessing', 'approved', 'scheduled', 'blocked', 'executing', 'verifying']

type Props = {
  params: Promise<{ number: string }>
  searchParams: Promise<Record<string, string | string[] | undefined>>
}

export async function generateMetadata({ params }: Pick<Props, 'params'>): Promise<Metadata> {
  return { title: changeNumber(numberOf((await params).number)) }
}

export default async function ChangePage({ params, searchParams }: Props) {
  const viewer = await requireViewer()
  const db = platform()
  const { seen, plan: shown, talked, talks } = single(await searchParams)
  const asked = { number: numberOf((await params).number), seen }
  const change = await readReviewed(viewer, asked)
  if (!change) notFound()
  const mine = change.sinceMine
  const onlyMoved = mine !== null && mine.moved.length > 0 && shown !== 'all'
  const plan = change.planHash
    ? await readPlan(db, viewer, { hash: change.planHash, before: mine?.planHash, onlyMoved })
    : null
  const adoptions = await readSurveyed(viewer, change)
  const there = await readServiceNow(db, viewer, change)
  const pack = change.planHash ? await readPackState(db, viewer, change.id) : null
  const page = { changeId: change.id, after: talked, before: talks }
  const talk = await readConversation(db, viewer, page)
  return (
    <Page crumbs={[{ label: 'Changes', href: '/changes' }, { label: changeNumber(change.number) }]}>
      {MOVING.includes(change.state) ? <Refresher every={2000} /> : null}
      <ChangeHead
        change={change}
        mayRequest={mayIn(viewer, asks(change.kind), change.tenantId)}
        mayWithdraw={mayWithdraw(viewer, change)}
        mayOperate={mayIn(viewer, 'run.operate', change.tenantId)}
        viewerId={viewer.id}
        plan={<PlanWindow viewer={viewer} change={change} />}
      />
      <div className="two">
        <div className="two-main">
          <Emergency viewer={viewer} change={change} />
          <ChangeNotes change={change} />
          {there ? <ServiceNowNotes view={there} /> : null}
          <AdoptionPlan adoptions={adoptions} />
          {plan ? (
            <section aria-labelledby="plan">
              <SectionTable
                sections={plan.sections}
                moved={mine?.moved ?? []}
                approvedBefore={mine?.approved ?? false}
                toggle={
                  mine && mine.moved.length > 0
                    ? toggleOf(change.number, mine, onlyMoved)
                    : undefined
                }
              />
              <PlanView key={String(onlyMoved)} picture={pictureOf(plan, change.request)} />
            </section>
          ) : null}
          <Conversation change={change} talk={talk} closed={muteness(viewer, change)} />
          <ChangeHistory transitions={change.transitions} comments={talk.stamps} />
        </div>
        <ChangeAside
          change={change}
          serviceNow={there ? <ServiceNowAside view={there} /> : null}
          evidence={<Evidence change={change} pack={pack} />}
        />
      </div>
      {showsDecision(viewer, change) && change.planHash ? (
        <ChangeDecision
          changeId={change.id}
          number={change.number}
          revision={change.revision}
          planHash={change.planHash}
          decision={change.decision}
          votes={change.votes}
          stages={change.stages.map(({ name, state, quorum, decisions }) => ({
            name,
            state,
            quorum,
            given: decisions.length,
          }))}
        />
      ) : null}
    </Page>
  )
}

/** Of an emergency change: its incident, its review, and the act for whoever may review it. */
async function Emergency({
  viewer,
  change: { id, number, type, state, planHash },
}: {
  viewer: Viewer
  change: { id: string; number: number; type: string; state: string; planHash: string | null }
}) {
  const review = type === 'emergency' ? await readReview(platform(), viewer, id) : null
  if (!review) return null
  const waits = ['review_due', 'overdue'].includes(state) && review.mine && planHash !== null
  const act = waits ? <ReviewAct changeId={id} number={number} planHash={planHash} /> : null
  return <EmergencyNote review={review} state={state} act={act} />
}

type EvidenceProps = {
  change: { id: string; number: number; state: string }
  pack: Awaited<ReturnType<typeof readPackState>>
}

function Evidence({ change, pack }: EvidenceProps) {
  if (!pack) return null
  const ended = isTerminal(change.state)
  return <EvidencePack changeId={change.id} number={change.number} pack={pack} ended={ended} />
}

/** The bar stands for whoever could vote, and for the requester, who is told why they cannot. */
function showsDecision(
  viewer: Viewer,
  change: {
    state: string
    requesterId: string
    tenantId: string
    decision: object
    stages: readonly { state: string }[]
  },
): boolean {
  const asked =
    change.state === 'awaiting_approval' ||
    (change.state === 'blocked' && change.stages.some(({ state }) => state === 'open'))
  if (!asked) return false
  return (
    'stage' in change.decision ||
    change.requesterId === viewer.id ||
    mayIn(viewer, 'change.decide', change.tenantId)
  )
}

/** Why the viewer can only read the conversation; nothing where they can join it. */
function muteness(
  viewer: Viewer,
  { state, tenantId }: { state: string; tenantId: string },
): string | undefined {
  if (isTerminal(state)) return 'The change has ended; the conversation is kept as it is.'
  if (mayIn(viewer, 'change.comment', tenantId)) return undefined
  return 'You read along. Developers, owners and approvers say something here; auditors do not.'
}

function toggleOf(
  number: number,
  { approved, planHash }: { approved: boolean; planHash: string },
  onlyMoved: boolean,
): { href: string; label: string } {
  const since = approved ? [] : [`seen=${planHash}`]
  const query = [...since, ...(onlyMoved ? ['plan=all'] : [])].join('&')
  return {
    href: `/changes/${number}${query ? `?${query}` : ''}`,
    label: onlyMoved
      ? 'Show the whole plan'
      : `Only what moved since ${approved ? 'my approval' : 'I read it'}`,
  }
}

/** By what right the same is asked for again. */
function asks(kind: string): Permission {
  if (kind === 'edit_policy') return 'platform.manage'
  return kind === 'cluster_baseline' ? 'fleet.manage' : 'service.request'
}

/** Change numbers are plain; anything else names no change. */
function numberOf(text: string): number {
  if (!/^\d{1,15}$/.test(text)) notFound()
  return Number(text)
}
