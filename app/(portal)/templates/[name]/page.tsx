import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { CodeView } from '#components/plan/code-view.tsx'
import { Page, PageHead } from '#components/shell/page.tsx'
import { Table } from '#components/ui/table.tsx'
import { Tag } from '#components/ui/tag.tsx'
import { Time } from '#components/ui/time.tsx'
import { counted } from '#components/words.ts'
import { may } from '#lib/auth/permissions.ts'
import { readTemplate, type TemplatePage } from '#lib/templates/queries.ts'
import { platform } from '#lib/web/platform.ts'
import { requireViewer } from '#lib/web/viewer.ts'

type Props = { params: Promise<{ name: string }> }

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: (await params).name }
}

export default async function TemplateDetailPage({ params }: Props) {
  const viewer = await requireViewer()
  if (!may(viewer, 'platform.read')) notFound()
  const template = await readTemplate(platform(), viewer, (await params).name)
  if (!template) notFound()
  return (
    <Page crumbs={[{ label: 'Templates', href: '/templates' }, { label: template.name }]}>
      <PageHead
        title={template.title}
        sub={template.description}
        beside={
          <>
            <Tag>v{template.version}</Tag>
            {template.state === 'active' ? null : <Tag>{template.state}</Tag>}
          </>
        }
      />
      <div className="two">
        <div className="two-main">
          <Parameters parameters={template.parameters} />
          <section aria-labelledby="files">
            <div className="section-head">
              <h2 id="files">Files</h2>
              <span className="text-xs text-ink-3">
                {counted(template.files.length, 'file')}, as they are before the values go in
              </span>
            </div>
            <ul className="stack">
              {template.files.map((file) => (
                <li key={file.path}>
                  <details className="evidence">
                    <summary className="mono wrap-anywhere">{file.path}</summary>
                    <div className="mt-1 mb-3">
                      <CodeView text={file.text} label={file.path} />
                    </div>
                  </details>
                </li>
              ))}
            </ul>
          </section>
        </div>
        <TemplateAside template={template} />
      </div>
    </Page>
  )
}

function Parameters({ parameters }: Pick<TemplatePage, 'parameters'>) {
  if (parameters.length === 0) return null
  return (
    <section aria-labelledby="parameters" className="mb-6">
      <h2 id="parameters" className="mb-2">
        What it asks
      </h2>
      <Table flat>
        <thead>
          <tr>
            <th scope="col">Parameter</th>
            <th scope="col" className="not-phone">
              Kind
            </th>
            <th scope="col">At first</th>
          </tr>
        </thead>
        <tbody>
          {parameters.map((parameter) => (
            <tr key={parameter.name} className="align-top">
              <td>
                <span className="name">{parameter.title}</span>
                <span className="block text-xs text-ink-3">{parameter.description}</span>
              </td>
              <td className="not-phone text-ink-2">
                {parameter.type}
                {parameter.required ? ', required' : ''}
              </td>
              <td className="mono wrap-anywhere">{parameter.initial ?? '–'}</td>
            </tr>
          ))}
        </tbody>
      </Table>
    </section>
  )
}

function TemplateAside({ template }: { template: TemplatePage }) {
  return (
    <aside className="aside" aria-label="About the template">
      <section aria-labelledby="about">
        <h2 id="about">About</h2>
        <dl className="pairs">
          <dt>Name</dt>
          <dd className="mono">{template.name}</dd>
          <dt>Language</dt>
          <dd>{template.language ?? '–'}</dd>
          <dt>Serves HTTP</dt>
          <dd>{template.servesHttp ? 'yes, an ingress policy is added' : 'no'}</dd>
          <dt>First image</dt>
          <dd className="mono">
            {template.starterImage ?? 'none; Ready waits for the first build'}
          </dd>
          <dt>Digest</dt>
          <dd className="mono">{template.digest}</dd>
        </dl>
      </section>
      <section aria-labelledby="versions">
        <h2 id="versions">Versions</h2>
        <ul className="rows">
          {template.versions.map((version) => (
            <li key={version.version}>
              <span>
                v{version.version} {version.withdrawn ? <Tag bad>withdrawn</Tag> : null}
                <span className="block text-xs text-ink-3">
                  {version.publishedBy}, <Time at={version.publishedAt} as="day" />
                </span>
              </span>
              <span className="text-ink-2">{counted(version.services, 'service')}</span>
            </li>
          ))}
        </ul>
      </section>
    </aside>
  )
}
