import type { Metadata } from 'next'
import Link from 'next/link'
import { notFound } from 'next/navigation'
import { Refresher } from '#components/refresher.tsx'
import { Page, PageHead } from '#components/shell/page.tsx'
import { buttonClass } from '#components/ui/button-class.ts'
import { CopyButton } from '#components/ui/copy-button.tsx'
import { Empty } from '#components/ui/empty.tsx'
import { Time } from '#components/ui/time.tsx'
import { counted } from '#components/words.ts'
import { may } from '#lib/auth/permissions.ts'
import { type DirectoryRow, readDirectories } from '#lib/directory/queries.ts'
import { platform } from '#lib/web/platform.ts'
import { requireViewer } from '#lib/web/viewer.ts'
import { DirectoryTokens } from './_components/directory-tokens.tsx'
import { LdapActs } from './_components/ldap-acts.tsx'
import { LdapFindings } from './_components/ldap-findings.tsx'
import { LdapStanding, LdapTerms } from './_components/ldap-terms.tsx'

export const metadata: Metadata = { title: 'Directories' }

const EVERY_MS = 4000

export default async function DirectoriesPage() {
  const viewer = await requireViewer()
  if (!may(viewer, 'platform.manage')) notFound()
  const directories = await readDirectories(platform(), viewer)
  const address = `${platform().settings.publicUrl}/api/scim/v2`
  return (
    <Page crumbs={[{ label: 'Directories' }]}>
      <PageHead
        title="Directories"
        sub="People and groups come from them: one pushes by SCIM, or is read by LDAP. Nobody is added by hand."
        acts={
          <Link className={buttonClass()} href="/settings/directories/new/ldap">
            Read one by LDAP…
          </Link>
        }
      />
      {directories.length === 0 ? (
        <Empty title="No directory yet.">
          Nobody can sign in until one tells of them. The configuration page says how one is set up.
        </Empty>
      ) : null}
      {directories.map((directory) => (
        <section key={directory.id} className="pad mb-6" aria-labelledby={directory.id}>
          <Head directory={directory} />
          {directory.ldap ? <LdapFindings directoryId={directory.id} {...directory.ldap} /> : null}
          <Facts directory={directory} address={address} />
          {directory.ldap ? null : (
            <DirectoryTokens
              directoryId={directory.id}
              name={directory.name}
              tokens={directory.tokens}
            />
          )}
        </section>
      ))}
      {directories.some(({ ldap }) => ldap) ? <Refresher every={EVERY_MS} /> : null}
    </Page>
  )
}

function Head({ directory: { id, name, ldap } }: { directory: DirectoryRow }) {
  return (
    <div className="section-head">
      <h2 id={id} className="wrap-anywhere">
        {name}
      </h2>
      {ldap ? <LdapStanding state={ldap.state} /> : null}
      <div className="ml-auto flex flex-wrap gap-1.5">
        <Link className={buttonClass({ size: 'small' })} href={`/settings/directories/${id}/ldap`}>
          {ldap ? 'Change…' : 'Read by LDAP…'}
        </Link>
        {ldap ? <LdapActs directoryId={id} name={name} /> : null}
      </div>
    </div>
  )
}

function Facts({ directory, address }: { directory: DirectoryRow; address: string }) {
  const { ldap } = directory
  return (
    <dl className="pairs mb-4 max-w-[640px]">
      <dt>{ldap ? 'Known as of' : 'Last sync'}</dt>
      <dd>
        <Synced at={ldap ? ldap.state.asOf : directory.syncedAt} />
      </dd>
      <dt>{ldap ? 'Read' : 'Pushed'}</dt>
      <dd>
        {counted(directory.people, 'active person', 'active people')},{' '}
        {counted(directory.groups, 'group')}
      </dd>
      <dt>Signs in through</dt>
      <dd className="mono wrap-anywhere">{directory.issuer}</dd>
      <dt>External id is</dt>
      <dd className="mono">{directory.subjectClaim}</dd>
      {ldap ? (
        <LdapTerms {...ldap} />
      ) : (
        <>
          <dt>SCIM address</dt>
          <dd className="flex items-center gap-1">
            <span className="mono wrap-anywhere">{address}</span>
            <CopyButton text={address} what="the SCIM address" />
          </dd>
        </>
      )}
    </dl>
  )
}

function Synced({ at }: { at: string | null }) {
  return at ? <Time at={at} as="ago" /> : 'never'
}
