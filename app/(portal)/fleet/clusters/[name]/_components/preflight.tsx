import Link from 'next/link'
import type { ReactNode } from 'react'
import { Shape } from '#components/states/shape.tsx'
import { CopyButton } from '#components/ui/copy-button.tsx'
import { Time } from '#components/ui/time.tsx'
import { counted } from '#components/words.ts'
import type { Check, CheckId } from '#lib/fleet/preflight/check.ts'
import type { PreflightWaiver } from '#lib/fleet/preflight/waiver.ts'
import { WaiverOf } from './waiver.tsx'

const TITLES: Readonly<Record<CheckId, string>> = {
  kubernetes_version: 'Version of Kubernetes',
  clock: 'Clock',
  kinds_served: 'Kinds that are served',
  own_rights: 'Stairway’s own rights',
  hub_role: 'Stairway’s role in tenant namespaces',
  flux_present: 'Flux and its version',
  cross_namespace_refs: 'No references across namespaces',
  default_service_account: 'Default service account',
  remote_bases: 'No remote bases',
  insecure_kubeconfig: 'No insecure kubeconfigs',
  concurrency: 'Concurrency and limits of the controllers',
  shards: 'Shards',
  capacity: 'Quotas against nodes',
  pod_security: 'Pod security',
  tenant_role: 'The tenants’ role',
  admission_policies: 'Admission policies',
}

const LOOKS = {
  pass: { shape: 'pass', tone: 'ok', word: 'Holds' },
  warn: { shape: 'warn', tone: 'warn', word: 'Doubtful' },
  unknown: { shape: 'unknown', tone: 'idle', word: 'Not known' },
  fail: { shape: 'fail', tone: 'bad', word: 'Fails' },
} as const

/** Checks that the baseline mends. */
const OF_BASELINE: readonly CheckId[] = ['tenant_role', 'admission_policies']

type PreflightProps = {
  clusterId: string
  /** Where the change is asked for that mends the baseline; null for who may not. */
  baseline: string | null
  preflight: { at: string; checks: readonly Check[] } | null
  waivers: readonly PreflightWaiver[]
  /** Who looks, and whether they may ask for a waiver and decide one. */
  viewer: { id: string; asks: boolean; decides: boolean }
}

/** What the cluster lacks, worst first, with what follows from it and what mends it; what holds is folded away. */
export function Preflight({ clusterId, baseline, preflight, waivers, viewer }: PreflightProps) {
  if (!preflight) return null
  const open = preflight.checks.filter(({ outcome }) => outcome !== 'pass')
  const holding = preflight.checks.filter(({ outcome }) => outcome === 'pass')
  return (
    <section aria-labelledby="preflight" className="mb-6">
      <div className="section-head">
        <h2 id="preflight">Preflight</h2>
        <span className="text-xs text-ink-3">
          looked through <Time at={preflight.at} as="ago" />; again every 6 hours, and by Look now
        </span>
      </div>
      {open.length > 0 ? (
        <ul className="rows">
          {open.map((check) => (
            <OneCheck key={check.id} check={check}>
              {baseline && check.outcome === 'fail' && OF_BASELINE.includes(check.id) ? (
                <Link className="link text-xs" href={baseline}>
                  Ask for the baseline as a change
                </Link>
              ) : null}
              {check.outcome === 'fail' && check.blocking ? (
                <WaiverOf
                  clusterId={clusterId}
                  check={check}
                  title={TITLES[check.id]}
                  waiver={waivers.find((waiver) => waiver.checkId === check.id) ?? null}
                  viewer={viewer}
                />
              ) : null}
            </OneCheck>
          ))}
        </ul>
      ) : null}
      {holding.length > 0 ? (
        <details className="mt-2">
          <summary>{counted(holding.length, 'check')} passed</summary>
          <ul className="rows">
            {holding.map((check) => (
              <OneCheck key={check.id} check={check} />
            ))}
          </ul>
        </details>
      ) : null}
    </section>
  )
}

function OneCheck({ check, children }: { check: Check; children?: ReactNode }) {
  const { shape, tone, word } = LOOKS[check.outcome]
  const mends = check.outcome !== 'pass'
  return (
    <li>
      <span className="flex min-w-0 gap-2">
        <Shape name={shape} tone={tone} className="mt-0.5 flex-none" />
        <span className="min-w-0 wrap-anywhere">
          <span className="name">{TITLES[check.id]}</span>
          <span className="block text-xs text-ink-2">{check.evidence}</span>
          {mends ? <span className="block text-xs">{check.risk}</span> : null}
          {mends && check.remedy ? (
            <span className="flex items-start gap-2">
              <code className="mono block min-w-0 flex-1 text-xs whitespace-pre-wrap">
                {check.remedy}
              </code>
              <CopyButton text={check.remedy} what="the remedy" />
            </span>
          ) : null}
          {children}
        </span>
      </span>
      <span className="text-xs whitespace-nowrap text-ink-2">{word}</span>
    </li>
  )
}
