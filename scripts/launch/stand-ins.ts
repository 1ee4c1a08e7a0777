import path from 'node:path'
import type { ChildSpec } from './children.ts'
import type { Secrets } from './folder.ts'
import type { Layout } from './layout.ts'

type Input = { folder: string; secrets: Secrets; layout: Layout; faults: readonly string[] }

/** The processes that stand in for the systems of a bank, and what each is told. */
export function standIns({ folder, secrets, layout, faults }: Input): ChildSpec[] {
  const { ports, clusters } = layout
  const spec = (name: string, args: readonly (string | number)[]): ChildSpec => ({
    name,
    untilReady: 'line',
    args: [
      `sandbox/${name}/main.ts`,
      '--data',
      path.join(folder, name === 'git-host' ? 'git' : name),
      ...args.map(String),
    ],
  })
  const control = ['--control-token', secrets.control]
  return [
    spec('identity', [
      ...['--port', ports.identity, '--client-secret', secrets.clientSecret],
      ...['--scim-token', secrets.scim, '--app-url', `http://localhost:${ports.web}`],
      ...control,
    ]),
    spec('git-host', ['--port', ports.git, '--api-token', secrets.git, ...control]),
    spec('mail', ['--port', ports.smtp, '--page-port', ports.mail]),
    spec('siem', [
      ...['--port', ports.siem, '--syslog-tls-port', ports.siemTls],
      ...['--syslog-port', ports.siemTcp, '--page-port', ports.siemPage],
      ...['--token', secrets.siem, ...control],
    ]),
    spec('feeds', [
      ...['--port', ports.feeds, '--page-port', ports.feedsPage],
      ...['--token', secrets.feeds, ...control],
    ]),
    spec('servicenow', ['--port', ports.servicenow, '--secret', secrets.servicenow, ...control]),
    spec('chat', ['--port', ports.chat, '--token', secrets.chat, ...control]),
    spec('fleet', [
      ...['--port', ports.fleet, '--base-port', ports.clusters, '--clusters', clusters],
      ...faults.flatMap((fault) => ['--fault', fault]),
      ...control,
    ]),
  ]
}
