/**
 * The rules that ship with the product, version 1: one forbid per check, plus the permit that lets anything through at all.
 * The seed writes them to the database; from then on the text in force there decides. `@id` is the check's code.
 */
export const BUILTIN_POLICIES = `
@id("base")
@title("Anyone may ask; the rules below refuse")
permit (principal, action in [Action::"onboard", Action::"place", Action::"consume"], resource);

@id("identity_active")
@title("You are active in the directory")
@severity("blocking")
forbid (principal, action == Action::"onboard", resource)
unless { context.person_active };

@id("tenant_member")
@title("You belong to the tenant")
@severity("blocking")
forbid (principal, action == Action::"onboard", resource)
when { context.roles.isEmpty() };

@id("may_onboard")
@title("You may onboard services here")
@severity("blocking")
forbid (principal, action == Action::"onboard", resource)
unless { context.roles.containsAny(["developer", "owner"]) };

@id("tenant_active")
@title("The tenant takes new services")
@severity("blocking")
forbid (principal, action == Action::"onboard", resource)
unless { context.tenant_state == "active" && context.services_left > 0 };

@id("owning_team")
@title("The owning team can look after it")
@severity("blocking")
forbid (principal, action == Action::"onboard", resource)
unless { context.team_exists && context.team_of_tenant && context.team_members >= 2 };

@id("cost_code")
@title("The cost code can be charged")
@severity("blocking")
forbid (principal, action == Action::"onboard", resource)
unless {
  context.cost_code_exists && context.cost_code_in_force && context.cost_code_chargeable && context.cost_code_of_tenant
};

@id("data_class_tenant")
@title("The tenant may hold this class of data")
@severity("blocking")
forbid (principal, action == Action::"onboard", resource)
unless { context.data_class <= context.tenant_max_data_class };

@id("template_allowed")
@title("The template may be used")
@severity("blocking")
forbid (principal, action == Action::"onboard", resource)
unless { context.template_exists && context.template_state == "active" && !context.template_withdrawn };

@id("repository_free")
@title("The repository name is not known to be taken")
@severity("blocking")
forbid (principal, action == Action::"onboard", resource)
unless { context.repository_free };

@id("approver_available")
@title("Somebody can approve it")
@severity("blocking")
forbid (principal, action == Action::"onboard", resource)
unless { context.unfillable_stages.isEmpty() };

@id("environment_allowed")
@title("The tenant may use the environment")
@severity("blocking")
forbid (principal, action == Action::"place", resource)
unless { context.environment_allowed && context.serves_environment };

@id("cluster_admitted")
@title("The cluster admits the tenant")
@severity("blocking")
forbid (principal, action == Action::"place", resource)
unless { context.admitted && ["active", "joining"].contains(context.cluster_state) };

@id("data_class_cluster")
@title("The cluster is accredited for this class of data")
@severity("blocking")
forbid (principal, action == Action::"place", resource)
unless { context.data_class <= context.accredited_class };

@id("namespace_free")
@title("The namespace is not known to be taken")
@severity("blocking")
forbid (principal, action == Action::"place", resource)
unless { context.namespace_legal && context.namespace_free };

@id("quota_fits")
@title("The tenant’s quota has room")
@severity("blocking")
forbid (principal, action == Action::"consume", resource)
unless {
  context.cpu_milli <= context.cpu_milli_left &&
  context.memory_mib <= context.memory_mib_left &&
  context.instances <= context.instances_left
};
`
