import type { Metadata } from 'next'
import Link from 'next/link'
import { notFound } from 'next/navigation'
import { Page, PageHead } from '#components/shell/page.tsx'
import { Table } from '#components/ui/table.tsx'
import { Tag } from '#components/ui/tag.tsx'
import { Time } from '#components/ui/time.tsx'
import { readProfile } from '#lib/auth/queries.ts'
import { platform } from '#lib/web/platform.ts'
import { currentSession, requireViewer } from '#lib/web/viewer.ts'
import { Sessions } from './_components/sessions.tsx'

export const metadata: Metadata = { title: 'Profile and sessions' }

export default async function ProfilePage() {
  const viewer = await requireViewer()
  const [profile, session] = await Promise.all([readProfile(platform(), viewer), currentSession()])
  if (!profile) notFound()
  return (
    <Page crumbs={[{ label: 'Profile and sessions' }]}>
      <PageHead title={profile.name} sub={profile.email} />
      <div className="two">
        <div className="two-main">
          <section aria-labelledby="sessions" className="mb-6">
            <Sessions sessions={profile.sessions} current={session?.sessionId ?? ''} />
          </section>
          <section aria-labelledby="roles">
            <div className="section-head">
              <h2 id="roles">Roles</h2>
              <span className="text-xs text-ink-3">
                Your directory gives them; owners and administrators decide which group gives which.{' '}
                <Link className="link" href="/why">
                  Why can I, why can’t I
                </Link>
              </span>
            </div>
            {profile.roles.length === 0 ? (
              <p className="text-ink-2">
                None of your groups gives a role. Ask an owner of your tenant, or the platform team.
              </p>
            ) : (
              <Roles roles={profile.roles} />
            )}
          </section>
        </div>
        <aside className="aside" aria-label="Directory">
          <section aria-labelledby="directory">
            <h2 id="directory">As your directory says</h2>
            <dl className="pairs">
              <dt>User name</dt>
              <dd>{profile.userName}</dd>
              <dt>Directory</dt>
              <dd>{profile.directory ?? 'none'}</dd>
              <dt>Subject</dt>
              <dd className="mono">{profile.subject ?? 'not bound yet'}</dd>
              <dt>Read</dt>
              <dd>
                <Time at={profile.observedAt} as="ago" />
              </dd>
            </dl>
          </section>
          <section aria-labelledby="groups">
            <h2 id="groups">
              Groups <span className="end">{profile.groups.length}</span>
            </h2>
            <p className="flex flex-wrap gap-1.5">
              {profile.groups.map((group) => (
                <Tag key={group}>{group}</Tag>
              ))}
            </p>
          </section>
        </aside>
      </div>
    </Page>
  )
}

type RolesProps = { roles: readonly { tenant: string; name: string; role: string; by: string }[] }

function Roles({ roles }: RolesProps) {
  return (
    <Table flat>
      <thead>
        <tr>
          <th scope="col">Role</th>
          <th scope="col">In</th>
          <th scope="col">Given by the group</th>
        </tr>
      </thead>
      <tbody>
        {roles.map(({ tenant, name, role, by }) => (
          <tr key={`${tenant} ${role} ${by}`}>
            <td className="name">{role}</td>
            <td>{name}</td>
            <td className="text-ink-2">{by}</td>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}
