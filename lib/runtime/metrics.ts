import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client'

/** One process's registry. */
export const registry = new Registry()
collectDefaultMetrics({ register: registry })

export const jobsTotal = new Counter({
  name: 'stairway_jobs_total',
  help: 'Jobs handled, by kind and outcome',
  labelNames: ['kind', 'outcome'] as const,
  registers: [registry],
})

export const jobSeconds = new Histogram({
  name: 'stairway_job_seconds',
  help: 'Time a job took, by kind',
  labelNames: ['kind'] as const,
  buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 30, 120],
  registers: [registry],
})
