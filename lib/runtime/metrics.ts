import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

const holder = globalThis as typeof globalThis & {
  stairwayMetrics?: ReturnType<typeof makeMetrics>
}
holder.stairwayMetrics ??= makeMetrics()

/** One process's registry and what it counts: one for all bundles into which the web process is built. */
export const {
  registry,
  jobsTotal,
  jobSeconds,
  limitedTotal,
  watchesOpen,
  watchTrouble,
  directoryHeld,
  directorySeconds,
  exportEvents,
  serviceNowBehind,
  serviceNowTrouble,
  chainBroken,
  exportSeconds,
  exportStopped,
  sourceSeconds,
} = holder.stairwayMetrics

function makeMetrics() {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  return {
    registry,
    jobsTotal: new Counter({
      name: 'stairway_jobs_total',
      help: 'Jobs handled, by kind and outcome',
      labelNames: ['kind', 'outcome'] as const,
      registers: [registry],
    }),
    jobSeconds: new Histogram({
      name: 'stairway_job_seconds',
      help: 'Time a job took, by kind',
      labelNames: ['kind'] as const,
      buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 30, 120],
      registers: [registry],
    }),
    watchesOpen: new Gauge({
      name: 'stairway_watches_open',
      help: 'Watches on clusters that this worker keeps, by kind',
      labelNames: ['kind'] as const,
      registers: [registry],
    }),
    watchTrouble: new Counter({
      name: 'stairway_watch_restarts_total',
      help: 'Watches that were taken up again, by kind and why: ended (by its time or a cut), failed, expired (410: listed anew)',
      labelNames: ['kind', 'what'] as const,
      registers: [registry],
    }),
    ...exportGauges(registry),
    sourceSeconds: new Gauge({
      name: 'stairway_source_age_seconds',
      help: 'Age of what a source of facts last said, infinite before it was read',
      labelNames: ['source'] as const,
      registers: [registry],
    }),
    ...directoryGauges(registry),
    chainBroken: new Gauge({
      name: 'stairway_audit_chain_broken',
      help: '1 where the daily look at a tenant’s whole audit chain found something that does not hold',
      labelNames: ['tenant'] as const,
      registers: [registry],
    }),
    ...serviceNowGauges(registry),
    limitedTotal: new Counter({
      name: 'stairway_limited_total',
      help: 'Requests answered 429 or refused as too many, by limit',
      labelNames: ['limit'] as const,
      registers: [registry],
    }),
  }
}

/** How it stands with directories that are read by LDAP. */
function directoryGauges(registry: Registry) {
  return {
    directorySeconds: new Gauge({
      name: 'stairway_directory_age_seconds',
      help: 'Age of what a directory said when it was read in whole last by LDAP, infinite before it was',
      labelNames: ['directory'] as const,
      registers: [registry],
    }),
    directoryHeld: new Gauge({
      name: 'stairway_directory_held',
      help: '1 while a reading of a directory is held, as it would take too many away',
      labelNames: ['directory'] as const,
      registers: [registry],
    }),
  }
}

/** How it stands with the tenants' instances of ServiceNow. */
function serviceNowGauges(registry: Registry) {
  const gauge = (name: string, help: string) =>
    new Gauge({
      name: `stairway_servicenow_${name}`,
      help,
      labelNames: ['tenant'] as const,
      registers: [registry],
    })
  return {
    serviceNowBehind: gauge('behind', 'Changes of a tenant that ServiceNow was not told all of'),
    serviceNowTrouble: gauge(
      'trouble_seconds',
      'For how long the instance of a tenant has not answered as it should',
    ),
  }
}

/** How far the audit chains' destinations are behind. */
function exportGauges(registry: Registry) {
  const gauge = (name: string, help: string) =>
    new Gauge({
      name: `stairway_audit_export_${name}`,
      help,
      labelNames: ['destination'] as const,
      registers: [registry],
    })
  return {
    exportEvents: gauge('lag_events', 'Audit events that a destination was not sent yet'),
    exportSeconds: gauge('lag_seconds', 'Age of the oldest of them'),
    exportStopped: gauge(
      'stopped',
      'Chains that have stopped at a destination and wait for somebody',
    ),
  }
}
