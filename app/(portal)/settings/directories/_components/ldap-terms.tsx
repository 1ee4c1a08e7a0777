import { lookOf } from '#components/states/look.ts'
import { State } from '#components/states/state.tsx'
import { Time } from '#components/ui/time.tsx'
import type { LdapState, LdapTermsShown } from './ldap-view.ts'

/** How it stands with reading a directory. */
export function LdapStanding({ state }: { state: LdapState }) {
  if (state.held && !state.held.accepted)
    return <State small look={lookOf('flux', 'suspended')} word="Held" />
  if (state.asOf && state.stale)
    return <State small look={lookOf('check', 'fail')} word="Too old" />
  if (state.trouble) return <State small look={lookOf('run', 'retrying')} word="Tries again" />
  if (!state.asOf) return <State small look={lookOf('run', 'running')} word="Being read" />
  return <State small look={lookOf('run', 'done')} word="Fresh" />
}

type TermsProps = { terms: LdapTermsShown; state: LdapState }

/** Where and how a directory is read. */
export function LdapTerms({ terms, state }: TermsProps) {
  return (
    <>
      <dt>Read from</dt>
      <dd>
        <span className="mono wrap-anywhere">{terms.url}</span>
        <p className="text-ink-2 wrap-anywhere">
          {terms.flavour === 'active_directory' ? 'Active Directory' : 'OpenLDAP'}, as{' '}
          {terms.bindDn}
          {terms.authority ? ', verified by the authority given' : ''}
        </p>
      </dd>
      <dt>People below</dt>
      <dd className="mono wrap-anywhere">{terms.peopleBase}</dd>
      <dt>Groups below</dt>
      <dd className="mono wrap-anywhere">{terms.groupsBase}</dd>
      <dt>Named by</dt>
      <dd className="mono">{terms.nameAttribute}</dd>
      <dt>How often</dt>
      <dd>
        every {minutes(terms.everyMinutes)}; everybody every {terms.fullEvery} readings
        {state.fullAt ? (
          <>
            , last <Time at={state.fullAt} as="ago" />
          </>
        ) : null}
      </dd>
      <dt>Bounds</dt>
      <dd>
        more than {terms.maxRemovedPercent} % leaving within a day is held; not believed when older
        than {minutes(terms.staleMinutes)}
      </dd>
    </>
  )
}

/** A span in the words of the page. */
export function minutes(count: number): string {
  if (count % 60 === 0) return count === 60 ? 'hour' : `${count / 60} hours`
  return count === 1 ? 'minute' : `${count} minutes`
}
