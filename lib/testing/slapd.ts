import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { Attribute, Change, Client } from 'ldapts'
import type { LdapAccess } from '#lib/ports/ldap.ts'
import { makeCertificates } from '#sandbox/fleet/certificates.ts'
import type { Slapd } from './find-slapd.ts'
import { freePort } from './free-port.ts'

export const BIND_DN = 'cn=reader,dc=bank,dc=example'
const PASSWORD = 'the-readers-password'
const ROOT_DN = 'cn=root,dc=bank,dc=example'

/** Attributes of an entry; bytes for those that are none that can be read. */
export type Attributes = Readonly<Record<string, string | Buffer | readonly string[]>>

export type LdapServer = {
  access: LdapAccess
  add(dn: string, attributes: Attributes): Promise<void>
  /** Many in one session. */
  addAll(entries: ReadonlyMap<string, Attributes>): Promise<void>
  /** Puts these values in the place of those there were; an empty list takes the attribute away. */
  set(dn: string, attributes: Attributes): Promise<void>
  remove(dn: string): Promise<void>
  move(dn: string, to: string): Promise<void>
  /** Ends it and starts it again on the same port: with other root attributes, another size limit, an empty database. */
  restart(changed?: Partial<ServerSettings>): Promise<void>
  down(): Promise<void>
  stop(): Promise<void>
}

type ServerSettings = {
  /** Attributes of the root entry. */
  root: Readonly<Record<string, string>>
  sizeLimit: number | 'unlimited'
  empty: boolean
}

/** What Active Directory calls things, by its own object identifiers, as far as we read it. */
const AD_SCHEMA = `
attributetype ( 1.2.840.113556.1.4.221 NAME 'sAMAccountName' EQUALITY caseIgnoreMatch SUBSTR caseIgnoreSubstringsMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )
attributetype ( 1.2.840.113556.1.4.656 NAME 'userPrincipalName' EQUALITY caseIgnoreMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )
attributetype ( 1.2.840.113556.1.4.8 NAME 'userAccountControl' EQUALITY integerMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 SINGLE-VALUE )
attributetype ( 1.2.840.113556.1.4.159 NAME 'accountExpires' EQUALITY integerMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 SINGLE-VALUE )
attributetype ( 1.2.840.113556.1.4.2 NAME 'objectGUID' EQUALITY octetStringMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.40 SINGLE-VALUE )
attributetype ( 1.2.840.113556.1.2.115 NAME 'invocationId' EQUALITY octetStringMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.40 SINGLE-VALUE )
attributetype ( 1.2.840.113556.1.2.120 NAME 'uSNChanged' EQUALITY integerMatch ORDERING integerOrderingMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 SINGLE-VALUE )
attributetype ( 1.2.840.113556.1.4.782 NAME 'objectCategory' EQUALITY caseIgnoreMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )
attributetype ( 1.3.6.1.4.1.32473.1 NAME 'dsServiceName' EQUALITY distinguishedNameMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.12 SINGLE-VALUE )
attributetype ( 1.3.6.1.4.1.32473.2 NAME 'highestCommittedUSN' EQUALITY integerMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 SINGLE-VALUE )
objectclass ( 1.2.840.113556.1.5.9 NAME 'user' SUP organizationalPerson STRUCTURAL MUST ( objectGUID $ objectCategory )
  MAY ( sAMAccountName $ userPrincipalName $ userAccountControl $ accountExpires $ uSNChanged $ displayName $ mail $ manager ) )
objectclass ( 1.2.840.113556.1.5.8 NAME 'group' SUP top STRUCTURAL MUST ( cn $ objectGUID ) MAY ( sAMAccountName $ member $ uSNChanged ) )
objectclass ( 1.2.840.113556.1.5.7000.47 NAME 'nTDSDSA' SUP top STRUCTURAL MUST cn MAY invocationId )
`

/** Starts a real slapd on a port of its own, in a folder of its own, by LDAPS only. */
export async function startSlapd(slapd: Slapd): Promise<LdapServer> {
  const folder = mkdtempSync('/var/tmp/stairway-slapd-')
  const port = await freePort()
  const { caPem, certPem, keyPem } = await makeCertificates('slapd')
  for (const [name, text] of Object.entries({ cert: certPem, key: keyPem, ad: AD_SCHEMA }))
    writeFileSync(path.join(folder, name), text, { mode: 0o600 })
  const url = `ldaps://127.0.0.1:${port}`
  let settings: ServerSettings = { root: {}, sizeLimit: 'unlimited', empty: true }
  let running: ChildProcess | undefined

  const up = async () => {
    prepare(slapd, folder, settings)
    const child = spawn(
      slapd.program,
      ['-f', path.join(folder, 'slapd.conf'), '-h', `${url}/`, '-d', '0'],
      { env: { ...process.env, ...slapd.env }, stdio: ['ignore', 'ignore', 'inherit'] },
    )
    running = child
    await listening(child, port)
    if (settings.empty) await lay(url, caPem)
  }
  const down = async () => {
    const child = running
    running = undefined
    if (!child || child.exitCode !== null) return
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGTERM')
    await ended
  }
  await up()
  return {
    access: { url, bindDn: BIND_DN, password: PASSWORD, caPem },
    ...writes(url, caPem),
    async restart(changed = {}) {
      await down()
      settings = { ...settings, empty: false, ...changed }
      await up()
    },
    down,
    async stop() {
      await down()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function prepare({ modules, schemas }: Slapd, folder: string, settings: ServerSettings): void {
  const { root, sizeLimit, empty } = settings
  const data = path.join(folder, 'data')
  if (empty) rmSync(data, { recursive: true, force: true })
  mkdirSync(data, { recursive: true })
  const rootLines = Object.entries(root).map(([name, value]) => `${name}: ${value}`)
  writeFileSync(path.join(folder, 'root.ldif'), ['dn:', ...rootLines, ''].join('\n'))
  const include = ['core', 'cosine', 'inetorgperson'].map(
    (name) => `include ${path.join(schemas, `${name}.schema`)}`,
  )
  const lines = [
    ...include,
    `include ${folder}/ad`,
    `modulepath ${modules}`,
    'moduleload back_mdb',
    `pidfile ${folder}/pid`,
    `TLSCertificateFile ${folder}/cert`,
    `TLSCertificateKeyFile ${folder}/key`,
    `rootDSE ${folder}/root.ldif`,
    `sizelimit ${sizeLimit}`,
    'database mdb',
    'suffix "dc=bank,dc=example"',
    `rootdn "${ROOT_DN}"`,
    `rootpw ${PASSWORD}`,
    `directory ${data}`,
    'maxsize 104857600',
    'index objectClass,entryUUID,uSNChanged,modifyTimestamp eq',
    `access to attrs=userPassword by anonymous auth by * none`,
    `access to dn.subtree="ou=Hidden,dc=bank,dc=example" by * none`,
    `access to * by dn.exact="${BIND_DN}" read by anonymous auth by * none`,
  ]
  writeFileSync(path.join(folder, 'slapd.conf'), `${lines.join('\n')}\n`, { mode: 0o600 })
}

async function listening(child: ChildProcess, port: number): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    if (child.exitCode !== null) throw new Error(`slapd ended with ${child.exitCode}`)
    if (await reaches(port)) return
    await setTimeout(25)
  }
  throw new Error('slapd did not listen')
}

function reaches(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' })
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

async function asRoot<T>(
  url: string,
  caPem: string,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const client = new Client({ url, tlsOptions: { ca: caPem }, timeout: 5000, connectTimeout: 5000 })
  try {
    await client.bind(ROOT_DN, PASSWORD)
    return await work(client)
  } finally {
    await client.unbind()
  }
}

async function lay(url: string, caPem: string): Promise<void> {
  await asRoot(url, caPem, async (client) => {
    await client.add('dc=bank,dc=example', {
      ...{ objectClass: ['domain'], dc: 'bank' },
    })
    await client.add(BIND_DN, {
      ...{ objectClass: ['applicationProcess', 'simpleSecurityObject'], cn: 'reader' },
      userPassword: PASSWORD,
    })
    for (const ou of ['People', 'Groups', 'Hidden', 'Empty'])
      await client.add(`ou=${ou},dc=bank,dc=example`, { objectClass: 'organizationalUnit', ou })
  })
}

function writes(
  url: string,
  caPem: string,
): Pick<LdapServer, 'add' | 'addAll' | 'set' | 'remove' | 'move'> {
  const write = (work: (client: Client) => Promise<unknown>) =>
    asRoot(url, caPem, async (client) => void (await work(client)))
  return {
    add: (dn, attributes) => write((client) => client.add(dn, attributesOf(attributes))),
    addAll: (entries) =>
      write(async (client) => {
        for (const [dn, attributes] of entries) await client.add(dn, attributesOf(attributes))
      }),
    set: (dn, attributes) =>
      write((client) =>
        client.modify(
          dn,
          attributesOf(attributes).map(
            (modification) => new Change({ operation: 'replace', modification }),
          ),
        ),
      ),
    remove: (dn) => write((client) => client.del(dn)),
    move: (dn, to) => write((client) => client.modifyDN(dn, to)),
  }
}

function attributesOf(attributes: Attributes): Attribute[] {
  return Object.entries(attributes).map(
    ([type, value]) =>
      new Attribute({
        type,
        values: Buffer.isBuffer(value) ? [value] : typeof value === 'string' ? [value] : [...value],
      }),
  )
}
