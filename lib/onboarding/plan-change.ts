import { canonicalJson } from '#lib/canonical.ts'
import { hashPlan, type PlanHashes, type Section } from '#lib/changes/plan.ts'
import type { StoredItem } from '#lib/changes/plan-store.ts'
import { type CmdbItem, instanceItems, serviceItems } from '#lib/cmdb/item.ts'
import { adoptionOf } from '#lib/flux/adoption/adoption.ts'
import { SIZE_FACTS } from '#lib/flux/target.ts'
import { renderTenantSet } from '#lib/flux/tenant-set.ts'
import { sha256Hex } from '#lib/hash.ts'
import type { Result } from '#lib/result.ts'
import { err, ok } from '#lib/result.ts'
import { checkParameters, type ParameterIssue } from '#lib/templates/parameters.ts'
import { renderTemplate, type TemplateError } from '#lib/templates/render.ts'
import type { RenderContext } from '#lib/templates/template.ts'
import type { RequestContext } from './request-context.ts'
import type { RequestService } from './request-service.schema.ts'

/** Raised whenever the same inputs give other bytes. */
export const RENDERER_VERSION = '1'

/** Where the terms of adoptions stand in a plan. */
export const ADOPTIONS = 'terms/adoption/'

const DATA_CLASSES = ['public', 'internal', 'confidential', 'restricted']

export type PlannedChange = PlanHashes & { rendererVersion: string; items: StoredItem[] }

export type PlanError =
  | { code: 'parameters_invalid'; issues: ParameterIssue[] }
  | TemplateError
  | { code: 'template_unknown'; template: string }

/** Renders everything an onboarding will create: CMDB rows, repository files, objects per target. Pure: same inputs, same bytes, same hash. */
export function planOnboarding(
  request: RequestService,
  context: RequestContext,
  requester: string,
): Result<PlannedChange, PlanError> {
  const { template } = context
  if (!template) return err({ code: 'template_unknown', template: request.template })
  const parameters = checkParameters(template.definition.parameterSchema, request.parameters)
  if (!parameters.ok) return parameters
  const files = renderTemplate(template.definition, {
    parameters: parameters.value,
    context: renderContext(request, context),
  })
  if (!files.ok) return files
  const items = [
    ...cmdbItems(request, context, requester),
    dataItem(request),
    ...files.value.map((file, ordinal) =>
      item({
        section: 'repository',
        path: `repo/${file.path}`,
        ordinal,
        mediaType: file.executable ? 'text/plain; executable' : 'text/plain',
        body: file.content,
      }),
    ),
    protectionItem(request, context),
    ...targetItems(request, context),
  ]
  return ok({
    ...hashPlan(
      items.map(({ section, path, hash }) => ({
        section: section as Section,
        path,
        action: 'create' as const,
        hash,
      })),
    ),
    rendererVersion: RENDERER_VERSION,
    items,
  })
}

type ItemParts = {
  section: Section
  path: string
  ordinal?: number
  clusterId?: string
  namespace?: string
  mediaType: string
  body: string
}

function item(parts: ItemParts): StoredItem {
  return {
    section: parts.section,
    path: parts.path,
    action: 'create',
    ordinal: parts.ordinal ?? 0,
    clusterId: parts.clusterId ?? null,
    namespace: parts.namespace ?? null,
    mediaType: parts.mediaType,
    hash: sha256Hex(parts.body),
    body: parts.body,
  }
}

function cmdbItems(
  request: RequestService,
  context: RequestContext,
  requester: string,
): StoredItem[] {
  const size = SIZE_FACTS[request.size]
  const shared = {
    tenant: context.tenant,
    service: {
      slug: request.name,
      displayName: request.displayName,
      description: request.description,
    },
    owner: request.owningTeam,
    tier: request.tier,
    dataClass: request.dataClass,
  }
  const rows: CmdbItem[] = [
    ...serviceItems({
      ...shared,
      application: request.application,
      costCode: request.costCode,
      size: request.size,
      template: { name: request.template, version: context.template?.version ?? 0 },
      repository: { org: context.tenant.gitOrg, name: request.name },
      requester,
      recovery: request.recovery,
      dependsOn: request.dependsOn,
      vendors: request.vendors,
    }),
    ...context.targets.flatMap((target) =>
      instanceItems({
        ...shared,
        environment: target.environment,
        cluster: target.cluster.name,
        namespace: target.namespace,
        adopted: target.adopts,
        cpuMilli: size.cpuMilli,
        memoryMib: size.memoryMib,
      }),
    ),
  ]
  return rows.map((row, ordinal) =>
    item({
      section: 'identity',
      path: `cmdb/${row.class}/${row.naturalKey}`,
      ordinal,
      mediaType: 'application/json',
      body: `${canonicalJson(row)}\n`,
    }),
  )
}

function dataItem(request: RequestService): StoredItem {
  const body = `${canonicalJson({ dataClass: DATA_CLASSES[request.dataClass] ?? 'unknown', tier: request.tier })}\n`
  return item({ section: 'data', path: 'terms/data', mediaType: 'application/json', body })
}

function protectionItem(request: RequestService, context: RequestContext): StoredItem {
  const body = `${canonicalJson({ repository: `${context.tenant.gitOrg}/${request.name}`, branch: 'main', requiredApprovals: 1, forcePush: false, deletion: false })}\n`
  return item({
    section: 'repository',
    path: 'terms/protection',
    mediaType: 'application/json',
    body,
  })
}

function targetItems(request: RequestService, context: RequestContext): StoredItem[] {
  const objects = objectItems(request, context)
  return [
    ...context.targets.flatMap((target, ordinal) => {
      const standing = target.survey?.standing
      if (!target.adopts || !standing) return []
      const place = { cluster: target.cluster.name, namespace: target.namespace }
      const own = objects.filter(
        ({ clusterId, namespace }) =>
          clusterId === target.cluster.id && namespace === target.namespace,
      )
      const terms = adoptionOf(
        place,
        standing,
        own.map(({ body }) => ({ yaml: body })),
      )
      return [
        item({
          section: 'identity',
          path: `${ADOPTIONS}${place.cluster}/${place.namespace}`,
          ordinal,
          mediaType: 'application/json',
          body: `${canonicalJson(terms)}\n`,
        }),
      ]
    }),
    ...objects,
  ]
}

function objectItems(request: RequestService, context: RequestContext): StoredItem[] {
  const cloneUrl = `${context.settings.gitUrl}/${context.tenant.gitOrg}/${request.name}.git`
  return context.targets.flatMap((target) =>
    renderTenantSet({
      cluster: target.cluster,
      tenant: context.tenant,
      service: {
        slug: request.name,
        servesHttp: context.template?.definition.servesHttp ?? false,
        delivery: context.template?.definition.delivery,
      },
      environment: target.environment,
      namespace: target.namespace,
      size: request.size,
      repository: { cloneUrl, branch: 'main' },
      interval: request.interval ?? 'standard',
      hooksUrl: context.settings.hooksUrl,
    }).map((object) =>
      item({
        section: object.section,
        path: object.path,
        ordinal: object.ordinal,
        clusterId: target.cluster.id,
        namespace: target.namespace,
        mediaType: 'application/yaml',
        body: object.yaml,
      }),
    ),
  )
}

function renderContext(request: RequestService, context: RequestContext): RenderContext {
  const names = [...new Set(context.targets.map((target) => target.environment))]
  const rank = new Map(
    context.environments.map((environment) => [environment.name, environment.rank]),
  )
  const size = SIZE_FACTS[request.size]
  return {
    service: { name: request.name, title: request.displayName, description: request.description },
    tenant: { slug: context.tenant.slug, prefix: context.tenant.prefix },
    owner: request.owningTeam,
    tier: request.tier,
    dataClass: DATA_CLASSES[request.dataClass] ?? 'unknown',
    application: request.application,
    organization: context.tenant.gitOrg,
    image: context.template?.definition.starterImage ?? 'scratch:latest',
    environments: names
      .sort((a, b) => (rank.get(a) ?? 0) - (rank.get(b) ?? 0))
      .map((name) => ({
        name,
        namespace: context.targets.find((target) => target.environment === name)?.namespace ?? '',
        replicas: size.replicas,
      })),
    resources: {
      cpu: `${size.container.cpuMilli}m`,
      memory: `${size.container.memoryMib}Mi`,
    },
  }
}
