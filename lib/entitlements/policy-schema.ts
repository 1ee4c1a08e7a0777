/** Types of everything a policy may read. Dates and arithmetic are done outside; policies see their outcome. */
export const POLICY_SCHEMA = `
entity Person;
entity Tenant;
entity Target;
entity Quota;

action onboard appliesTo {
  principal: Person,
  resource: Tenant,
  context: {
    person_active: Bool,
    roles: Set<String>,
    tenant: String,
    tenant_state: String,
    tenant_max_data_class: Long,
    services_left: Long,
    data_class: Long,
    owning_team: String,
    team_exists: Bool,
    team_members: Long,
    team_of_tenant: Bool,
    requester_in_team: Bool,
    cost_code_exists: Bool,
    cost_code_in_force: Bool,
    cost_code_chargeable: Bool,
    cost_code_of_tenant: Bool,
    template: String,
    template_exists: Bool,
    template_state: String,
    template_withdrawn: Bool,
    repository_free: Bool,
    unfillable_stages: Set<String>,
    production: Bool,
    tier: Long,
    courses_current: Set<String>,
    cleared_class: Long,
    team_cleared: Long,
    team_on_call: Bool,
    team_may_charge: Bool,
    estimate_monthly: Long,
    budget_left: Long,
    application: String,
    application_registered: Bool,
    application_stage: String,
    template_intact: Bool,
    service_known: Bool,
    access_overdue: Long,
    access_lapsed: Long,
    recovery_stated: Bool,
    rto_minutes: Long,
    rpo_minutes: Long,
    backup: Bool,
    production_clusters: Long,
    dependencies: Set<String>,
    dependencies_missing: Long,
    dependencies_lower: Long,
    vendors: Set<String>,
    vendors_unassessed: Long,
    multi_factor: Bool,
    signed_in_minutes: Long,
    freezes: Long,
    approvals: Long,
    approvals_not_apart: Long
  }
};

action place appliesTo {
  principal: Person,
  resource: Target,
  context: {
    tenant: String,
    environment: String,
    environment_allowed: Bool,
    serves_environment: Bool,
    admitted: Bool,
    cluster_state: String,
    accredited_class: Long,
    data_class: Long,
    namespace_free: Bool,
    namespace_legal: Bool,
    region: String,
    production: Bool
  }
};

action consume appliesTo {
  principal: Person,
  resource: Quota,
  context: {
    tenant: String,
    environment: String,
    cpu_milli: Long,
    cpu_milli_left: Long,
    memory_mib: Long,
    memory_mib_left: Long,
    instances: Long,
    instances_left: Long,
    production: Bool,
    lower_environment: Bool
  }
};
`
