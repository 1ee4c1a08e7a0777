-- Whether a cluster serves the HelmRelease of our version, by the last look; null before the first.
alter table cluster_state add column serves_helm boolean;
-- Kind of what applies the service of a namespace, by the inventory of what we placed there: Kustomization or HelmRelease; null before.
create function app.applier_of(cluster text, place text) returns text language sql stable as $$
  select o.kind from target t join target_object o on o.target_id = t.id
  where t.cluster_id = cluster and t.namespace = place and o.kind in ('Kustomization','HelmRelease') order by o.kind limit 1
$$;
grant execute on function app.applier_of(text, text) to stairway_app, stairway_admin, stairway_worker, stairway_platform;
