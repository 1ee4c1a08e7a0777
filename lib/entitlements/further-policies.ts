import { rulesOf } from './cedar.ts'

/**
 * Rules of the checks that an organisation takes up, to begin with: which courses, classes, tiers and regions they speak of is for it to say.
 * The demonstration has them in force; a policy in the editor takes one up by holding it, and drops it by leaving it out.
 */
export const FURTHER_POLICIES = `
@id("training_current")
@title("Your training for production is current")
forbid (principal, action == Action::"onboard", resource)
when { context.production }
unless { context.courses_current.containsAll(["secure-development"]) };

@id("cleared_for_class")
@title("You and the team are cleared for this class of data")
forbid (principal, action == Action::"onboard", resource)
when { context.data_class >= 2 }
unless { context.cleared_class >= context.data_class && context.team_cleared >= 2 };

@id("team_on_call")
@title("Somebody of the team is on call")
forbid (principal, action == Action::"onboard", resource)
when { context.tier <= 2 && context.production }
unless { context.team_on_call };

@id("cost_team")
@title("The team may charge the cost code")
forbid (principal, action == Action::"onboard", resource)
unless { context.team_may_charge };

@id("cost_budget")
@title("The estimate is within the budget")
@severity("advisory")
forbid (principal, action == Action::"onboard", resource)
unless { context.estimate_monthly <= context.budget_left };

@id("template_intact")
@title("The template is what was published")
forbid (principal, action == Action::"onboard", resource)
unless { context.template_intact };

@id("duties_apart")
@title("Asking and signing off are apart")
forbid (principal, action == Action::"onboard", resource)
when { context.roles.contains("approver") && context.roles.contains("developer") };

@id("access_reviewed")
@title("Access to the tenant was reviewed in time")
forbid (principal, action == Action::"onboard", resource)
unless { context.access_lapsed == 0 };

@id("dependencies_fit")
@title("What it calls is there, and no less critical")
@severity("advisory")
forbid (principal, action == Action::"onboard", resource)
unless { context.dependencies_missing == 0 && context.dependencies_lower == 0 };

@id("controls_required")
@title("The controls that its tier demands are there")
forbid (principal, action == Action::"onboard", resource)
when { context.production && context.tier <= 1 }
unless {
  context.recovery_stated && context.rto_minutes <= 240 && context.rpo_minutes <= 60 && context.backup
  && context.production_clusters >= 2
};

@id("third_party_assessed")
@title("The companies it relies on were assessed")
forbid (principal, action == Action::"onboard", resource)
unless { context.vendors_unassessed == 0 };

@id("sign_in_strong")
@title("You signed in strongly, and lately")
forbid (principal, action == Action::"onboard", resource)
when { context.production && context.data_class >= 2 }
unless { context.multi_factor && context.signed_in_minutes <= 480 };

@id("freeze_clear")
@title("No freeze holds it")
@severity("advisory")
forbid (principal, action == Action::"onboard", resource)
unless { context.freezes == 0 };

@id("approvals_apart")
@title("Who approved is apart from who asked")
forbid (principal, action == Action::"onboard", resource)
unless { context.approvals_not_apart == 0 };

@id("service_unique")
@title("The service is not there already")
forbid (principal, action == Action::"onboard", resource)
when { context.service_known };

@id("data_residency")
@title("The region may hold this class of data")
forbid (principal, action == Action::"place", resource)
when { context.data_class >= 3 }
unless { context.region like "eu-*" };
`

/** The two further rules that a demonstration without a register and with single environments leaves out. */
export const STRICTER_POLICIES = `
@id("application_registered")
@title("The business application is registered and in use")
forbid (principal, action == Action::"onboard", resource)
unless { context.application_registered && context.application_stage != "end_of_life" };

@id("environment_ladder")
@title("A lower environment comes first")
forbid (principal, action == Action::"consume", resource)
when { context.production }
unless { context.lower_environment };
`

/** The rules of all checks that can be taken up, each by itself. */
export function furtherRules(): { id: string; title: string; text: string }[] {
  return rulesOf(FURTHER_POLICIES + STRICTER_POLICIES)
}
