import fc from 'fast-check'
import { Deployment } from 'kubernetes-models/apps/v1/Deployment'
import { Service } from 'kubernetes-models/v1/Service'
import { expect, test } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { loadBuiltinTemplates } from '#lib/runtime/builtin-templates.ts'
import { isSafePath } from '#lib/safe-path.ts'
import { aContext, HOSTILE } from './cases/a-context.ts'
import { templateDigest } from './digest.ts'
import { checkParameters } from './parameters.ts'
import { renderTemplate } from './render.ts'
import type { RenderContext, TemplateDefinition } from './template.ts'

const TEMPLATES = loadBuiltinTemplates('templates')

const OVERLAID = TEMPLATES.filter(({ delivery }) => delivery === undefined)

type Files = Record<string, string>

/** Where a template keeps its manifests, and a file of one environment. */
function placesOf({ delivery }: TemplateDefinition) {
  return delivery === 'helm'
    ? {
        manifests: 'deploy/chart/templates',
        of: (env: string) => `deploy/chart/values-${env}.yaml`,
      }
    : { manifests: 'deploy/base', of: (env: string) => `deploy/overlays/${env}/kustomization.yaml` }
}

/** A chart's templates only put values in, so that its own values stand in for Helm here; the cluster suite has the real one. */
function released(files: Files, env: string): Files {
  const values = ['deploy/chart/values.yaml', `deploy/chart/values-${env}.yaml`].map(
    (path) => yamlOf(files[path] ?? '{}') as Record<string, unknown>,
  )
  const all = Object.assign({}, ...values) as Record<string, unknown>
  const chosen = (path: string) =>
    path.split('.').reduce<unknown>((at, step) => (at as Record<string, unknown>)?.[step], all)
  return Object.fromEntries(
    Object.entries(files).map(([path, text]) => {
      if (!path.startsWith('deploy/chart/templates/')) return [path, text]
      const put = text.replace(/\{\{ \.Values\.([\w.]+) \}\}/g, (_, name: string) => {
        const value = chosen(name)
        if (!['string', 'number'].includes(typeof value)) throw new Error(`${path}: no ${name}`)
        return String(value)
      })
      expect(put, path).not.toContain('{{')
      return [path, put]
    }),
  )
}

function filesOf(
  template: TemplateDefinition,
  given: Record<string, unknown> = {},
  context: Partial<RenderContext> = {},
): Files {
  const parameters = checkParameters(template.parameterSchema, {
    ...defaultsOf(template),
    ...given,
  })
  if (!parameters.ok) throw new Error(JSON.stringify(parameters.error))
  const rendered = renderTemplate(template, {
    parameters: parameters.value,
    context: aContext(context),
  })
  if (!rendered.ok) throw new Error(JSON.stringify(rendered.error))
  return Object.fromEntries(rendered.value.map((file) => [file.path, file.content]))
}

function propertiesOf(template: TemplateDefinition): [string, Record<string, unknown>][] {
  return Object.entries(
    template.parameterSchema.properties as Record<string, Record<string, unknown>>,
  )
}

function defaultsOf(template: TemplateDefinition): Record<string, unknown> {
  return Object.fromEntries(propertiesOf(template).map(([name, schema]) => [name, schema.default]))
}

/** The only document of a YAML text; duplicate keys, tags and second documents are errors. */
function yamlOf(text: string): unknown {
  const documents = parseAllDocuments(text, { uniqueKeys: true, strict: true })
  expect(documents).toHaveLength(1)
  const [document] = Array.isArray(documents) ? documents : []
  expect(document?.errors).toEqual([])
  expect(document?.warnings).toEqual([])
  return document?.toJS() as unknown
}

function parseAll(files: Files): Record<string, unknown> {
  const parsed = Object.entries(released(files, 'prod')).flatMap(([path, text]) => {
    if (/\.ya?ml$/.test(path)) return [[path, yamlOf(text)] as const]
    return path.endsWith('.json') ? [[path, JSON.parse(text) as unknown] as const] : []
  })
  return Object.fromEntries(parsed)
}

test('four templates ship, each with another digest', () => {
  expect(TEMPLATES.map(({ name }) => name)).toEqual([
    'java-spring-boot',
    'node-http-service',
    'node-http-service-helm',
    'static-site',
  ])
  expect(new Set(TEMPLATES.map(templateDigest)).size).toBe(TEMPLATES.length)
})

test('a digest does not depend on the order of keys, and moves with every byte', () => {
  const [template] = TEMPLATES
  if (!template) throw new Error('no template')
  const turned = Object.fromEntries(Object.entries(template).reverse()) as TemplateDefinition
  expect(templateDigest(turned)).toBe(templateDigest(template))
  const files = template.files.map((file, index) =>
    index === 0 ? { ...file, content: `${file.content} ` } : file,
  )
  expect(templateDigest({ ...template, files })).not.toBe(templateDigest(template))
})

test.each(TEMPLATES)('$name gives exactly the repository that was reviewed', async (template) => {
  const text = Object.entries(filesOf(template)).map(([path, content]) => `=== ${path}\n${content}`)
  await expect(text.join('')).toMatchFileSnapshot(`golden/${template.name}.txt`)
})

test.each(TEMPLATES)('$name holds what every repository needs', (template) => {
  const needed = [
    'README.md',
    'Dockerfile',
    'CODEOWNERS',
    'catalog-info.yaml',
    '.github/workflows/ci.yaml',
    template.delivery === 'helm' ? 'deploy/chart/Chart.yaml' : 'deploy/base/kustomization.yaml',
  ]
  const { of } = placesOf(template)
  const files = filesOf(template)
  expect(Object.keys(files)).toEqual(expect.arrayContaining([...needed, of('dev'), of('prod')]))
  expect(Object.keys(files).some((path) => /test/i.test(path))).toBe(true)
  for (const [path, text] of Object.entries(files)) expect(text.endsWith('\n'), path).toBe(true)
})

test.each(TEMPLATES)(
  '$name asks for its parameters in words, with a default that it accepts itself',
  (template) => {
    for (const [, schema] of propertiesOf(template)) {
      expect(schema.title).toEqual(expect.any(String))
      expect(schema.description ?? schema.enum).toBeDefined()
    }
    expect(checkParameters(template.parameterSchema, defaultsOf(template)).ok).toBe(true)
  },
)

test.each(TEMPLATES)('$name gives the same bytes for the same input', (template) => {
  expect(filesOf(template)).toEqual(filesOf(template))
})

test.each(TEMPLATES)('$name renders while nobody has chosen a target yet', (template) => {
  expect(
    Object.keys(filesOf(template, {}, { environments: [] })).filter((path) =>
      /overlays|values-/.test(path),
    ),
  ).toEqual([])
})

test.each(TEMPLATES)(
  '$name runs under the restricted profile, and the API server knows every field',
  (template) => {
    const parsed = parseAll(filesOf(template))
    const deployment = parsed[
      `${placesOf(template).manifests}/deployment.yaml`
    ] as ConstructorParameters<typeof Deployment>[0]
    new Deployment(deployment).validate()
    new Service(
      parsed[`${placesOf(template).manifests}/service.yaml`] as ConstructorParameters<
        typeof Service
      >[0],
    ).validate()
    const pod = deployment?.spec?.template.spec
    expect(pod?.securityContext).toMatchObject({
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    })
    expect(pod?.automountServiceAccountToken).toBe(false)
    for (const container of pod?.containers ?? []) {
      expect(container.securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      })
      expect(container.resources?.limits?.memory).toBeDefined()
    }
  },
)

test.each(OVERLAID)('$name its overlays use only what every kustomize knows', (template) => {
  const parsed = parseAll(filesOf(template))
  expect(parsed['deploy/overlays/prod/kustomization.yaml']).toEqual({
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    namespace: 'pay-ledger-api-prod',
    resources: ['../../base'],
    labels: [{ pairs: { environment: 'prod' } }],
    images: [{ name: 'service-image', newName: 'ghcr.io/bank/starter', newTag: '1.0' }],
    replicas: [{ name: 'ledger-api', count: 3 }],
  })
  const pinned = parseAll(filesOf(template, {}, { image: 'registry.bank:5000/starter@sha256:ab' }))
  expect(pinned['deploy/overlays/dev/kustomization.yaml']).toMatchObject({
    images: [{ name: 'service-image', newName: 'registry.bank:5000/starter', digest: 'sha256:ab' }],
  })
})

test('a chart is the service by its name, and each environment says what differs', () => {
  const template = TEMPLATES.find(({ delivery }) => delivery === 'helm')
  if (!template) throw new Error('no template is delivered by Helm')
  const parsed = parseAll(filesOf(template))
  expect(parsed['deploy/chart/Chart.yaml']).toMatchObject({ apiVersion: 'v2', name: 'ledger-api' })
  expect(parsed['deploy/chart/values-prod.yaml']).toEqual({
    ...{ environment: 'prod', image: 'ghcr.io/bank/starter:1.0', replicas: 3 },
  })
  const pinned = parseAll(filesOf(template, {}, { image: 'registry.bank:5000/starter@sha256:ab' }))
  expect(pinned['deploy/chart/templates/deployment.yaml']).toMatchObject({
    spec: {
      replicas: 3,
      template: { spec: { containers: [{ image: 'registry.bank:5000/starter@sha256:ab' }] } },
    },
  })
})

test.each(TEMPLATES)('$name leaves nothing below deploy/ for Flux to substitute', (template) => {
  const below = Object.entries(filesOf(template)).filter(([path]) => path.startsWith('deploy/'))
  for (const [path, text] of below) expect(text, path).not.toContain('$')
})

test.each(TEMPLATES)(
  '$name its workflow tests, checks the manifests and then builds, with no more rights than it needs',
  (template) => {
    const workflow = parse(filesOf(template)['.github/workflows/ci.yaml'] ?? '') as {
      on: Record<string, unknown>
      permissions: unknown
      jobs: Record<
        string,
        { needs?: string[]; permissions?: unknown; steps: { run?: string; uses?: string }[] }
      >
    }
    expect(Object.keys(workflow.on)).toEqual(['pull_request', 'push'])
    expect(workflow.permissions).toEqual({ contents: 'read' })
    expect(Object.keys(workflow.jobs)).toEqual(['test', 'manifests', 'image'])
    expect(workflow.jobs.image?.needs).toEqual(['test', 'manifests'])
    expect(workflow.jobs.image?.permissions).toEqual({
      contents: 'write',
      packages: 'write',
      'pull-requests': 'write',
    })
    for (const job of Object.values(workflow.jobs)) {
      for (const step of job.steps) expect(Boolean(step.run) !== Boolean(step.uses)).toBe(true)
    }
    const scripts = Object.values(workflow.jobs).flatMap(({ steps }) =>
      steps.map((step) => step.run ?? ''),
    )
    expect(scripts.join('\n')).not.toContain('{{')
  },
)

test.each(TEMPLATES)(
  '$name whatever is typed into its form and into the request, every file parses and the text arrives as text',
  (template) => {
    const typed = fc
      .array(fc.constantFrom(...HOSTILE), { minLength: 1, maxLength: 3 })
      .map((pieces) => pieces.join(''))
    const line = typed.map((text) => text.replace(/\p{Cc}/gu, ''))
    fc.assert(
      fc.property(typed, line, line, (value, title, description) => {
        const given = Object.fromEntries(propertiesOf(template).map(([name]) => [name, value]))
        const defaults = defaultsOf(template)
        const accepted = Object.fromEntries(
          Object.entries(given).filter(
            ([name]) =>
              checkParameters(template.parameterSchema, { ...defaults, [name]: value }).ok,
          ),
        )
        const service = { name: 'ledger-api', title, description }
        const files = filesOf(template, accepted, {
          service,
          owner: `x ${title}`,
          application: `x ${description}`,
        })
        for (const path of Object.keys(files)) expect(isSafePath(path)).toBe(true)
        const parsed = parseAll(files)
        expect(parsed['catalog-info.yaml']).toMatchObject({ metadata: { title, description } })
        expect(files['README.md']?.split('\n')[0]).toMatch(/^# /)
        expect(files.CODEOWNERS).toMatch(/^#.*\n\* @payments\/[a-z0-9-]+\n$/)
      }),
      { numRuns: 60 },
    )
  },
)
