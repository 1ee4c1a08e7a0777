import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { Refresher } from '#components/refresher.tsx'
import { Page, PageHead } from '#components/shell/page.tsx'
import { may } from '#lib/auth/permissions.ts'
import { readChannel } from '#lib/notices/chat-queries.ts'
import { platform } from '#lib/web/platform.ts'
import { requireViewer } from '#lib/web/viewer.ts'
import { testChatAction } from '../../actions.ts'
import { TestButton } from '../_components/test-button.tsx'
import { ChannelFacts } from './_components/channel-facts.tsx'
import { ChannelForm } from './_components/channel-form.tsx'

export const metadata: Metadata = { title: 'Chat channel' }

type Props = { params: Promise<{ slug: string }> }

export default async function ChatPage({ params }: Props) {
  const viewer = await requireViewer()
  if (!may(viewer, 'platform.read')) notFound()
  const view = await readChannel(platform(), viewer, (await params).slug)
  if (!view) notFound()
  const manages = may(viewer, 'platform.manage')
  return (
    <Page
      crumbs={[
        { label: 'Tenants', href: '/tenants' },
        { label: view.name, href: `/tenants/${view.tenant}` },
        { label: 'Chat channel' },
      ]}
    >
      <PageHead
        title="Chat channel"
        sub={`What a channel of Slack or Teams is told of ${view.name}. A link there opens a page; it decides nothing.`}
        acts={
          manages && view.channel ? (
            <TestButton tenant={view.tenant} label="Send a test message" action={testChatAction} />
          ) : null
        }
      />
      <div className="px-(--gutter) pb-6">
        <ChannelFacts view={view} />
        {manages ? (
          <section aria-labelledby="set" className="mt-6">
            <h2 id="set" className="mb-2">
              {view.channel ? 'Change it' : 'Set it'}
            </h2>
            <ChannelForm tenant={view.tenant} channel={view.channel} />
          </section>
        ) : null}
      </div>
      <Refresher every={4000} />
    </Page>
  )
}
