import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { Page, PageHead } from '#components/shell/page.tsx'
import { CopyButton } from '#components/ui/copy-button.tsx'
import { Empty } from '#components/ui/empty.tsx'
import { Time } from '#components/ui/time.tsx'
import { counted } from '#components/words.ts'
import { may } from '#lib/auth/permissions.ts'
import { type DirectoryRow, readDirectories } from '#lib/directory/queries.ts'
import { platform } from '#lib/web/platform.ts'
import { requireViewer } from '#lib/web/viewer.ts'
import { DirectoryTokens } from './_components/directory-tokens.tsx'

export const metadata: Metadata = { title: 'Directories' }

export default async function DirectoriesPage() {
  const viewer = await requireViewer()
  if (!may(viewer, 'platform.manage')) notFound()
  const directories = await readDirectories(platform(), viewer)
  const address = `${platform().settings.publicUrl}/api/scim/v2`
  return (
    <Page crumbs={[{ label: 'Directories' }]}>
      <PageHead
        title="Directories"
        sub="They push people and groups here by SCIM; nobody is added by hand. Each proves itself by a token of its own."
      />
      {directories.length === 0 ? (
        <Empty title="No directory yet.">
          Nobody can sign in until one pushes them. The configuration page says how one is set up.
        </Empty>
      ) : null}
      {directories.map((directory) => (
        <section key={directory.id} className="pad mb-6" aria-labelledby={directory.id}>
          <h2 id={directory.id} className="mb-2 wrap-anywhere">
            {directory.name}
          </h2>
          <Facts directory={directory} address={address} />
          <DirectoryTokens
            directoryId={directory.id}
            name={directory.name}
            tokens={directory.tokens}
          />
        </section>
      ))}
    </Page>
  )
}

function Facts({ directory, address }: { directory: DirectoryRow; address: string }) {
  return (
    <dl className="pairs mb-4 max-w-[640px]">
      <dt>Last sync</dt>
      <dd>{directory.syncedAt ? <Time at={directory.syncedAt} as="ago" /> : 'never'}</dd>
      <dt>Pushed</dt>
      <dd>
        {counted(directory.people, 'active person', 'active people')},{' '}
        {counted(directory.groups, 'group')}
      </dd>
      <dt>Signs in through</dt>
      <dd className="mono wrap-anywhere">{directory.issuer}</dd>
      <dt>External id is</dt>
      <dd className="mono">{directory.subjectClaim}</dd>
      <dt>SCIM address</dt>
      <dd className="flex items-center gap-1">
        <span className="mono wrap-anywhere">{address}</span>
        <CopyButton text={address} what="the SCIM address" />
      </dd>
    </dl>
  )
}
