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
    tenant_state: String,
    tenant_max_data_class: Long,
    services_left: Long,
    data_class: Long,
    team_exists: Bool,
    team_members: Long,
    cost_code_exists: Bool,
    cost_code_in_force: Bool,
    cost_code_chargeable: Bool,
    cost_code_of_tenant: Bool,
    template_exists: Bool,
    template_state: String,
    template_withdrawn: Bool,
    repository_free: Bool,
    unfillable_stages: Set<String>
  }
};

action place appliesTo {
  principal: Person,
  resource: Target,
  context: {
    environment_allowed: Bool,
    serves_environment: Bool,
    admitted: Bool,
    cluster_state: String,
    accredited_class: Long,
    data_class: Long,
    namespace_free: Bool,
    namespace_legal: Bool
  }
};

action consume appliesTo {
  principal: Person,
  resource: Quota,
  context: {
    cpu_milli: Long,
    cpu_milli_left: Long,
    memory_mib: Long,
    memory_mib_left: Long,
    instances: Long,
    instances_left: Long
  }
};
`

/** The rules that ship with the product, version 1: one forbid per check, plus the permit that lets anything through at all. */
export const BUILTIN_POLICIES = `
@id("base")
permit (principal, action in [Action::"onboard", Action::"place", Action::"consume"], resource);

@id("identity_active")
forbid (principal, action == Action::"onboard", resource) unless { context.person_active };

@id("tenant_member")
forbid (principal, action == Action::"onboard", resource) when { context.roles.isEmpty() };

@id("may_onboard")
forbid (principal, action == Action::"onboard", resource) unless { context.roles.containsAny(["developer", "owner"]) };

@id("tenant_active")
forbid (principal, action == Action::"onboard", resource) unless { context.tenant_state == "active" && context.services_left > 0 };

@id("owning_team")
forbid (principal, action == Action::"onboard", resource) unless { context.team_exists && context.team_members >= 2 };

@id("cost_code")
forbid (principal, action == Action::"onboard", resource)
unless { context.cost_code_exists && context.cost_code_in_force && context.cost_code_chargeable && context.cost_code_of_tenant };

@id("data_class_tenant")
forbid (principal, action == Action::"onboard", resource) unless { context.data_class <= context.tenant_max_data_class };

@id("template_allowed")
forbid (principal, action == Action::"onboard", resource)
unless { context.template_exists && context.template_state == "active" && !context.template_withdrawn };

@id("repository_free")
forbid (principal, action == Action::"onboard", resource) unless { context.repository_free };

@id("approver_available")
forbid (principal, action == Action::"onboard", resource) unless { context.unfillable_stages.isEmpty() };

@id("environment_allowed")
forbid (principal, action == Action::"place", resource) unless { context.environment_allowed && context.serves_environment };

@id("cluster_admitted")
forbid (principal, action == Action::"place", resource)
unless { context.admitted && ["active", "joining"].contains(context.cluster_state) };

@id("data_class_cluster")
forbid (principal, action == Action::"place", resource) unless { context.data_class <= context.accredited_class };

@id("namespace_free")
forbid (principal, action == Action::"place", resource) unless { context.namespace_legal && context.namespace_free };

@id("quota_fits")
forbid (principal, action == Action::"consume", resource)
unless {
  context.cpu_milli <= context.cpu_milli_left && context.memory_mib <= context.memory_mib_left && context.instances <= context.instances_left
};
`
