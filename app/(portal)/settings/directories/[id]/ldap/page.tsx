import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { Page, PageHead } from '#components/shell/page.tsx'
import { may } from '#lib/auth/permissions.ts'
import { readDirectories } from '#lib/directory/queries.ts'
import { platform } from '#lib/web/platform.ts'
import { requireViewer } from '#lib/web/viewer.ts'
import { LdapForm } from './_components/ldap-form.tsx'

export const metadata: Metadata = { title: 'Directory by LDAP' }

type Props = { params: Promise<{ id: string }> }

export default async function LdapPage({ params }: Props) {
  const viewer = await requireViewer()
  if (!may(viewer, 'platform.manage')) notFound()
  const { id } = await params
  const directory =
    id === 'new' ? null : (await readDirectories(platform(), viewer)).find((one) => one.id === id)
  if (directory === undefined) notFound()
  const name = directory?.name ?? 'A directory by LDAP'
  return (
    <Page crumbs={[{ label: 'Directories', href: '/settings/directories' }, { label: name }]}>
      <PageHead title={name} sub={subOf(directory)} />
      <div className="px-(--gutter) pb-6">
        <LdapForm directoryId={directory?.id ?? null} terms={directory?.ldap?.terms ?? null} />
      </div>
    </Page>
  )
}

function subOf(directory: { ldap: unknown } | null): string {
  if (directory === null)
    return 'The worker reads it, and is told by nobody. Who signs in through its issuer is found by the immutable id of their entry.'
  return directory.ldap
    ? 'It is read from the beginning when this is saved.'
    : 'It pushes by SCIM now. When this is saved its tokens end, and it is read instead; whom the server does not know would leave, and that is held until you accept it.'
}
