import { LDAP_TROUBLES } from '#components/directory-words.ts'
import { Note } from '#components/ui/note.tsx'
import { Time } from '#components/ui/time.tsx'
import { counted } from '#components/words.ts'
import { AcceptLeavers } from './ldap-acts.tsx'
import { minutes } from './ldap-terms.tsx'
import type { LdapHeld, LdapState, LdapTermsShown } from './ldap-view.ts'

type FindingsProps = { directoryId: string; terms: LdapTermsShown; state: LdapState }

/** What keeps a directory from being read, and what it waits for. */
export function LdapFindings({ directoryId, terms, state }: FindingsProps) {
  const { held, trouble, skipped } = state
  return (
    <>
      {held ? <Held directoryId={directoryId} held={held} terms={terms} /> : null}
      {trouble ? <Trouble trouble={trouble} state={state} terms={terms} /> : null}
      {skipped > 0 ? <Skipped state={state} /> : null}
    </>
  )
}

type HeldProps = { directoryId: string; held: LdapHeld; terms: LdapTermsShown }

function Held({ directoryId, held, terms }: HeldProps) {
  const { people, members, accepted, since } = held
  if (accepted)
    return (
      <Note className="mb-2" title="Accepted; they go with the next reading, which begins now" />
    )
  const what = [
    ...(people.removed > 0 ? [`${people.removed} of ${people.of} people`] : []),
    ...(members.removed > 0 ? [`${members.removed} of ${members.of} places in groups`] : []),
  ].join(' and ')
  return (
    <Note
      tone="held"
      shape="blocked"
      className="mb-2"
      title={`The directory would take away ${what}: this is held, and nobody goes`}
      end={<AcceptLeavers directoryId={directoryId} held={held} what={what} />}
    >
      <p className="text-ink-2">
        Since <Time at={since} />. More than {terms.maxRemovedPercent} % within a day
        {lately(held)}. A base that was moved, or rights that were taken from the account, look like
        this. Whoever is new was taken in. Ask the directory’s administrators; when it is right,
        accept exactly these. Until then whoever did leave keeps their standing.
      </p>
      <Going held={held} />
    </Note>
  )
}

/** What went before without being asked about, where that is why this is too much. */
function lately({ lately: went, people, members }: LdapHeld): string {
  const said = [
    ...(people.removed > 0 && went?.people ? [counted(went.people, 'person', 'people')] : []),
    ...(members.removed > 0 && went?.members ? [counted(went.members, 'place')] : []),
  ]
  return said.length > 0 ? `, with ${said.join(' and ')} that went before` : ''
}

const SHOWN = 12

function Going({ held: { who, groups, people } }: { held: LdapHeld }) {
  const more = people.removed - Math.min(who.length, SHOWN)
  return (
    <ul className="mt-1 grid gap-0.5">
      {who.slice(0, SHOWN).map(({ name, userName, what }) => (
        <li key={userName} className="wrap-anywhere">
          {name} <span className="text-ink-2">{userName}</span>,{' '}
          {what === 'disabled' ? 'disabled' : 'not there any more'}
        </li>
      ))}
      {more > 0 ? <li>and {more} more</li> : null}
      {groups
        .filter(({ lost }) => lost > 0)
        .slice(0, SHOWN)
        .map(({ name, lost, of, dropped }) => (
          <li key={name} className="wrap-anywhere">
            Group {name}: {dropped ? 'not there any more, ' : ''}
            {lost} of {of} would lose their place
          </li>
        ))}
    </ul>
  )
}

type TroubleProps = {
  trouble: NonNullable<LdapState['trouble']>
  state: LdapState
  terms: LdapTermsShown
}

function Trouble({ trouble: { reason, said, since }, state, terms }: TroubleProps) {
  const words = LDAP_TROUBLES[reason]
  return (
    <Note
      tone={state.stale ? 'bad' : 'warn'}
      shape={state.stale ? 'fail' : 'warn'}
      className="mb-2"
      title={`${words?.title ?? 'The directory cannot be read now'}; ${state.asOf ? 'what was read last stands' : 'nothing was read yet'}`}
    >
      {words ? <p>{words.next}</p> : null}
      <p className="mono wrap-anywhere">{said}</p>
      <p className="text-ink-2">
        Since <Time at={since} />; tried again <Time at={state.nextAt} />.{' '}
        {state.stale
          ? 'Checks about its people and teams answer with an error, which blocks.'
          : `Checks answer with an error when what is known is older than ${minutes(terms.staleMinutes)}.`}
      </p>
    </Note>
  )
}

function Skipped({ state: { skipped, skippedSome } }: { state: LdapState }) {
  const shown = skippedSome.slice(0, 5)
  return (
    <Note
      tone="warn"
      shape="warn"
      className="mb-2"
      title={`${counted(skipped, 'entry', 'entries')} could not be taken in; whom they are about stays as known before`}
    >
      {shown.map(({ dn, why }) => (
        <p key={dn} className="wrap-anywhere">
          <span className="mono">{dn}</span>: {why}
        </p>
      ))}
      {skipped > shown.length ? <p>and {skipped - shown.length} more</p> : null}
    </Note>
  )
}
