import { type Check, found, judged, passed } from './check.ts'
import type { ClusterEvidence, Expected, RightRule } from './evidence.ts'

type Right = { group: string; resource: string; verb: string; name: string | null }

/** Our own rights are those of the manifest: none lacks, and none goes as far as an administrator's. */
export function checkRights({ rights }: ClusterEvidence, expected: Expected): Check {
  const nature = {
    id: 'own_rights',
    blocking: true,
    risk: 'A step of an onboarding is refused half way.',
  } as const
  return judged(nature, rights, ({ rules, incomplete }) => {
    const missing = expected.rights.flatMap(rightsOf).filter((right) => !isGiven(right, rules))
    if (missing.length > 0)
      return found(nature, {
        outcome: incomplete ? 'unknown' : 'fail',
        evidence: `${incomplete ? 'does not say whether it grants' : 'may not'} ${listed(missing)}`,
        remedy: `Add to the rules of ClusterRole stairway-hub:\n${missingRules(missing)}`,
      })
    const far = rules.find(isFar)
    if (far)
      return found(
        {
          ...nature,
          blocking: false,
          risk: 'Whoever gets hold of the token gets more of the cluster than Stairway needs.',
        },
        {
          outcome: 'warn',
          evidence: `may do more than is needed: ${ruleText(far)}`,
          remedy:
            'kubectl get clusterrolebindings -o wide | grep stairway-system/stairway   # delete all but stairway-hub',
        },
      )
    return passed(nature, 'has every right of the manifest, and none of an administrator')
  })
}

function rightsOf(rule: RightRule): Right[] {
  const names: readonly (string | null)[] = rule.resourceNames ?? [null]
  return (rule.apiGroups ?? []).flatMap((group) =>
    (rule.resources ?? []).flatMap((resource) =>
      rule.verbs.flatMap((verb) => names.map((name) => ({ group, resource, verb, name }))),
    ),
  )
}

function isGiven({ group, resource, verb, name }: Right, rules: readonly RightRule[]): boolean {
  const holds = (list: readonly string[] | undefined, value: string) =>
    list?.includes(value) || list?.includes('*')
  return rules.some(
    (rule) =>
      holds(rule.apiGroups, group) &&
      holds(rule.resources, resource) &&
      holds(rule.verbs, verb) &&
      (!rule.resourceNames?.length || (name !== null && rule.resourceNames.includes(name))),
  )
}

/** Rights that only an administrator should have: everything, secrets everywhere, or acting as others. */
function isFar({ apiGroups = [], resources = [], verbs, resourceNames = [] }: RightRule): boolean {
  if (resourceNames.length > 0) return false
  const secrets =
    apiGroups.some((group) => ['', '*'].includes(group)) &&
    resources.some((resource) => ['secrets', '*'].includes(resource))
  const reads = verbs.some((verb) =>
    ['get', 'list', 'watch', 'patch', 'update', '*'].includes(verb),
  )
  return (secrets && reads) || verbs.some((verb) => ['impersonate', 'escalate'].includes(verb))
}

function listed(missing: readonly Right[]): string {
  const words = missing.map(
    ({ group, resource, verb, name }) =>
      `${verb} ${resource}${group ? `.${group}` : ''}${name ? ` ${name}` : ''}`,
  )
  return words.length > 12
    ? `${words.slice(0, 12).join(', ')} and ${words.length - 12} more`
    : words.join(', ')
}

function missingRules(missing: readonly Right[]): string {
  const verbs = new Map<string, { rule: Omit<RightRule, 'verbs'>; verbs: string[] }>()
  for (const { group, resource, verb, name } of missing) {
    const key = `${group}/${resource}/${name ?? ''}`
    const rule = {
      apiGroups: [group],
      resources: [resource],
      ...(name ? { resourceNames: [name] } : {}),
    }
    const known = verbs.get(key) ?? { rule, verbs: [] }
    known.verbs.push(verb)
    verbs.set(key, known)
  }
  return [...verbs.values()]
    .map(({ rule, verbs: all }) => `- ${ruleText({ ...rule, verbs: all })}`)
    .join('\n')
}

/** A rule in the one-line form of YAML. */
export function ruleText({
  apiGroups = [],
  resources = [],
  resourceNames,
  verbs,
}: RightRule): string {
  const list = (values: readonly string[]) =>
    `[${values.map((value) => JSON.stringify(value)).join(', ')}]`
  const names = resourceNames ? `, resourceNames: ${list(resourceNames)}` : ''
  return `{apiGroups: ${list(apiGroups)}, resources: ${list(resources)}${names}, verbs: ${list(verbs)}}`
}
