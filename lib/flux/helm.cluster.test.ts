import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadBuiltinTemplates } from '#lib/runtime/builtin-templates.ts'
import { aContext } from '#lib/templates/cases/a-context.ts'
import { renderTemplate } from '#lib/templates/render.ts'
import { type RealCluster, realCluster } from '#lib/testing/real-cluster.ts'
import { ask, type RealService, realServices } from '#lib/testing/real-service.ts'
import { APPLIERS } from './applier.ts'
import type { Readiness } from './verdict.ts'

const { apiVersion, kind, read } = APPLIERS.HelmRelease
const DEPLOYMENT = 'deploy/chart/templates/deployment.yaml'

let real: RealCluster
let services: Awaited<ReturnType<typeof realServices>>
const files = filesOf('node-http-service-helm')

beforeAll(async () => {
  real = await realCluster()
  services = await realServices(real, files)
}, 120_000)
afterAll(() => services?.close())

function filesOf(name: string): Record<string, string> {
  const template = loadBuiltinTemplates('templates').find((one) => one.name === name)
  if (!template) throw new Error(`no template ${name}`)
  const parameters = { greeting: 'Hello', logLevel: 'info' }
  const rendered = renderTemplate(template, { parameters, context: aContext() })
  if (!rendered.ok) throw new Error(JSON.stringify(rendered.error))
  return Object.fromEntries(rendered.value.map(({ path, content }) => [path, content]))
}

/** Waits until the release is as it should be, as the hub sees it beside its repository. */
async function settled(
  service: RealService,
  is: (verdict: Readiness) => boolean,
): Promise<Readiness> {
  const at = { namespace: service.target.namespace, name: service.name }
  const source = { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'GitRepository', ...at }
  let verdict: Readiness | undefined
  for (let tries = 0; tries < 400; tries += 1) {
    const [object, repository] = await Promise.all([
      real.hub.read({ apiVersion, kind, ...at }),
      real.hub.read(source),
    ])
    verdict = read(object, {
      now: new Date(),
      source: repository,
      expectedRevision: service.head,
    })
    if (is(verdict)) return verdict
    await pause(200)
  }
  throw new Error(JSON.stringify(verdict))
}

const atHead =
  ({ head }: RealService) =>
  ({ status, commit }: Readiness) =>
    status === 'ready' && commit === head

test('real Flux releases the chart of the template at the pushed commit, says what a broken one lacks, and goes on when it is mended', async () => {
  const made = await services.made('charted')
  const service = { name: 'charted', target: made.target.service }
  const helm: RealService = {
    ...made,
    target: { ...made.target, service: { ...service.target, delivery: 'helm' } },
  }
  await services.primed(helm)
  await settled(helm, atHead(helm))

  const good = files[DEPLOYMENT] ?? ''
  const broken = await services.pushed(helm, {
    [DEPLOYMENT]: good.replace('{{ .Values.replicas }}', '{{ fail "no replicas" }}'),
  })
  await ask(real, broken, 'GitRepository')
  const told = await settled(broken, ({ status }) => /^(failing|stalled)/.test(status))
  expect(told.trouble).toMatchObject({ whose: 'yours' })
  expect(told.trouble.detail).toMatch(/no replicas/)

  const mended = await services.pushed(broken, { [DEPLOYMENT]: good })
  await ask(real, mended, 'GitRepository')
  await settled(mended, atHead(mended))
}, 240_000)
