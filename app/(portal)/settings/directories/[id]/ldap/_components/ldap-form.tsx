'use client'
import { useRouter } from 'next/navigation'
import { type FormEvent, useState } from 'react'
import { reach } from '#components/attempt.ts'
import { type ErrorText, errorText, type KnownError } from '#components/error-text.ts'
import { Button } from '#components/ui/button.tsx'
import { PickOne } from '#components/ui/choice.tsx'
import { ErrorPanel } from '#components/ui/error-panel.tsx'
import { FieldSet } from '#components/ui/field.tsx'
import { setLdapAction } from '../../../actions.ts'
import { type Errors, Line, LineArea } from './line.tsx'

type Flavour = 'active_directory' | 'openldap'
type Terms = {
  flavour: Flavour
  url: string
  bindDn: string
  caPem: string
  peopleBase: string
  groupsBase: string
  nameAttribute: string
  everyMinutes: number
  fullEvery: number
  maxRemovedPercent: number
  staleMinutes: number
}
type FormProps = { directoryId: string | null; terms: Terms | null }

const FLAVOURS = [
  {
    value: 'active_directory',
    label: 'Active Directory',
    about:
      'objectGUID is the id; userAccountControl and accountExpires say who is disabled or has run out',
  },
  {
    value: 'openldap',
    label: 'OpenLDAP',
    about: 'entryUUID is the id, whoever is there is active',
  },
]
const NAMES: Record<Flavour, { value: string; label: string }[]> = {
  active_directory: [
    { value: 'sAMAccountName', label: 'sAMAccountName' },
    { value: 'userPrincipalName', label: 'userPrincipalName' },
  ],
  openldap: [{ value: 'uid', label: 'uid' }],
}

/** How a directory is read, on one page; what is wrong stands at its field. */
export function LdapForm({ directoryId, terms }: FormProps) {
  const router = useRouter()
  const [flavour, setFlavour] = useState<Flavour>(terms?.flavour ?? 'active_directory')
  const [name, setName] = useState(terms?.nameAttribute ?? 'sAMAccountName')
  const [errors, setErrors] = useState<Errors>({})
  const [refused, setRefused] = useState<ErrorText | null>(null)
  const [pending, setPending] = useState(false)

  function choose(value: string): void {
    const next = value as Flavour
    setFlavour(next)
    setName(NAMES[next][0]?.value ?? 'uid')
  }
  async function onSubmit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault()
    if (pending) return
    setPending(true)
    const input = inputOf(directoryId, new FormData(event.currentTarget))
    const answer = await reach(() => setLdapAction(input))
    if (answer.ok) {
      router.push('/settings/directories')
      return router.refresh()
    }
    setPending(false)
    const atFields = fieldErrors(answer.error)
    setErrors(atFields)
    setRefused(Object.keys(atFields).length === 0 ? errorText(answer.error) : null)
  }

  return (
    <form
      className="grid max-w-[640px] gap-1"
      onSubmit={(event) => void onSubmit(event)}
      noValidate
    >
      {refused ? <ErrorPanel text={refused} /> : null}
      {directoryId === null ? <Identity errors={errors} /> : null}
      <FieldSet id="flavour" label="Kind of server" error={errors.flavour}>
        <PickOne name="flavour" value={flavour} onChange={choose} choices={FLAVOURS} />
      </FieldSet>
      <FieldSet id="nameAttribute" label="People are named by" error={errors.nameAttribute}>
        <PickOne name="nameAttribute" value={name} onChange={setName} choices={NAMES[flavour]} />
      </FieldSet>
      <Server errors={errors} terms={terms} />
      <Bounds errors={errors} terms={terms} />
      <Line name="reason" label="Why" hint="It stands in the audit." errors={errors} />
      <div className="mt-2">
        <Button type="submit" kind="primary" pending={pending}>
          Save, and read it
        </Button>
      </div>
    </form>
  )
}

function Identity({ errors }: { errors: Errors }) {
  return (
    <>
      <Line name="name" label="Name" hint="What people call it here." errors={errors} />
      <Line
        name="issuer"
        label="Issuer"
        hint="The provider through which its people sign in. One that has a directory here already: read that one by LDAP instead."
        errors={errors}
      />
      <Line
        name="subjectClaim"
        label="Claim"
        hint="The issuer’s claim that says the immutable id of a person’s entry."
        value="sub"
        errors={errors}
      />
    </>
  )
}

type PartProps = { errors: Errors; terms: Terms | null }

function Server({ errors, terms }: PartProps) {
  return (
    <>
      <Line
        name="url"
        label="Address"
        hint="ldaps://dc1.bank.example:636. One server, not a name for several: each counts its changes itself. OUTBOUND_ALLOW names it."
        value={terms?.url ?? ''}
        errors={errors}
      />
      <LineArea
        name="caPem"
        label="Certificate authority, PEM"
        hint="Leave empty for public authorities."
        value={terms?.caPem ?? ''}
        errors={errors}
      />
      <Line
        name="bindDn"
        label="Account"
        hint="CN=stairway,OU=Service Accounts,DC=bank,DC=example. It needs to read, and nothing else."
        value={terms?.bindDn ?? ''}
        errors={errors}
      />
      <Line
        name="password"
        label="Password"
        hint={
          terms
            ? 'Leave empty to keep the stored one, for the same server, authority and account.'
            : 'Sealed before it is stored: the worker alone can open it, and nobody sees it again.'
        }
        errors={errors}
        secret
      />
      <Line
        name="peopleBase"
        label="People below"
        hint="OU=People,DC=bank,DC=example"
        value={terms?.peopleBase ?? ''}
        errors={errors}
      />
      <Line
        name="groupsBase"
        label="Groups below"
        hint="OU=Groups,DC=bank,DC=example. Who is in a group within a group is in both."
        value={terms?.groupsBase ?? ''}
        errors={errors}
      />
    </>
  )
}

function Bounds({ errors, terms }: PartProps) {
  return (
    <>
      <Line
        name="everyMinutes"
        label="Every so many minutes"
        hint="Who was disabled falls at the next reading."
        value={String(terms?.everyMinutes ?? 5)}
        errors={errors}
      />
      <Line
        name="fullEvery"
        label="Everybody, every so many readings"
        hint="Who was deleted falls at the next reading of everybody."
        value={String(terms?.fullEvery ?? 12)}
        errors={errors}
      />
      <Line
        name="maxRemovedPercent"
        label="At most so many per cent may leave within a day"
        hint="More is held until an administrator accepts it. Five may always go."
        value={String(terms?.maxRemovedPercent ?? 10)}
        errors={errors}
      />
      <Line
        name="staleMinutes"
        label="Not believed after so many minutes"
        hint="Checks about people and teams then answer with an error, which blocks."
        value={String(terms?.staleMinutes ?? 240)}
        errors={errors}
      />
    </>
  )
}

function inputOf(directoryId: string | null, form: FormData) {
  const text = (name: string) => String(form.get(name) ?? '').trim()
  return {
    ...{ directoryId, name: text('name'), issuer: text('issuer') },
    ...{ subjectClaim: text('subjectClaim'), flavour: text('flavour') as Flavour },
    ...{ url: text('url'), bindDn: text('bindDn'), caPem: text('caPem') },
    password: String(form.get('password') ?? ''),
    ...{ peopleBase: text('peopleBase'), groupsBase: text('groupsBase') },
    nameAttribute: text('nameAttribute') as 'uid',
    everyMinutes: Number(text('everyMinutes')),
    fullEvery: Number(text('fullEvery')),
    maxRemovedPercent: Number(text('maxRemovedPercent')),
    staleMinutes: Number(text('staleMinutes')),
    reason: text('reason'),
  }
}

/** Refusals that one field can mend. */
const FIELD_OF: Readonly<Record<string, string>> = {
  endpoint_not_allowed: 'url',
  certificate_unreadable: 'caPem',
  certificate_expired: 'caPem',
  ldap_password_missing: 'password',
}

function fieldErrors(error: { code: string } & Record<string, unknown>): Errors {
  if (error.code === 'malformed')
    return Object.fromEntries(
      (error.issues as { path: string; message: string }[]).map(({ path, message }) => [
        path.split('.')[0] ?? '',
        message,
      ]),
    )
  const field = FIELD_OF[error.code]
  return field ? { [field]: errorText(error as KnownError).happened } : {}
}
