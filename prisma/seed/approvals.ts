import type { ApprovalFacts, StandardFacts } from './lay.ts'

export type Approvers = {
  /** Environments whose changes the change approvers sign off. */
  production: readonly string[]
  /** Names of groups in the directory. */
  changeApprovers: string
  securityOfficers: string
  /** Who decides emergencies; without, nobody can ask for one. */
  onCall?: string | undefined
}

/** The policies that ship with the product; all that match a change add up. */
export function approvalPolicies({
  production,
  changeApprovers,
  securityOfficers,
  onCall,
}: Approvers): ApprovalFacts[] {
  return [
    {
      name: 'Owner sign-off',
      scope: { types: ['normal'] },
      body: {
        stages: [
          {
            name: 'Tenant owner',
            rule: { source: 'tenant_role', role: 'owner' },
            quorum: 1,
            sections: ['identity', 'data', 'capacity', 'repository', 'schedule'],
            dueHours: 48,
          },
        ],
      },
    },
    {
      name: 'Production change control',
      scope: { types: ['normal'], environments: [...production] },
      body: {
        stages: [
          {
            name: 'Change approval',
            rule: { source: 'group', group: changeApprovers },
            quorum: 1,
            sections: [
              ...['identity', 'data', 'access', 'network'],
              ...['capacity', 'repository', 'schedule'],
            ],
            dueHours: 24,
          },
        ],
      },
    },
    {
      name: 'Cluster baseline',
      scope: { types: ['normal'], kinds: ['cluster_baseline'] },
      body: {
        stages: [
          {
            name: 'Platform approval',
            rule: { source: 'group', group: changeApprovers },
            quorum: 1,
            sections: [
              ...['identity', 'data', 'access', 'network'],
              ...['capacity', 'repository', 'schedule'],
            ],
            dueHours: 48,
          },
        ],
      },
    },
    {
      name: 'Confidential data',
      scope: { types: ['normal'], dataClassAtLeast: 2 },
      body: {
        stages: [
          {
            name: 'Security review',
            rule: { source: 'group', group: securityOfficers },
            quorum: 1,
            sections: ['data', 'access', 'network', 'repository'],
            dueHours: 72,
          },
        ],
      },
    },
    ...(onCall ? [emergencyPolicy(onCall, securityOfficers)] : []),
  ]
}

/** One on call decides, freshly signed in and with a comment; the security officers review it within three days. */
function emergencyPolicy(onCall: string, reviewers: string): ApprovalFacts {
  return {
    name: 'Emergency change',
    scope: { types: ['emergency'] },
    body: {
      stages: [
        {
          name: 'On call',
          rule: { source: 'group', group: onCall },
          quorum: 1,
          sections: [
            ...['identity', 'data', 'access', 'network'],
            ...['capacity', 'repository', 'schedule'],
          ],
          dueHours: 4,
          commentRequired: true,
          stepUpMinutes: 15,
          validHours: 4,
        },
      ],
      review: { rule: { source: 'group', group: reviewers }, hours: 72 },
    },
  }
}

/** What is pre-authorised: small things in the environment where things begin, with data that may be seen inside. */
export function standardChange(environment: string): StandardFacts {
  return {
    name: 'New service in development',
    bounds: {
      templates: ['node-http-service', 'static-site', 'java-spring-boot'],
      environments: [environment],
      sizes: ['small'],
      dataClassAtMost: 1,
      tierAtLeast: 3,
      targetsAtMost: 3,
      riskAtMost: 'medium',
    },
  }
}
