// Verifies an evidence pack of Stairway: node verify.mjs CHG-12.tar [--key PUBLIC_KEY]...  One file, Node 20 or newer, no network, no other program.
// Says in words what it proved, and names the file in which something does not hold. Ends with 0 when all holds, else 1.
// biome-ignore-all lint/style/noExcessiveLinesPerFile: one file, so that whoever doubts us reads and runs it alone
import { createHash, createPublicKey, verify as isSignedBy } from 'node:crypto'
import { readFileSync, realpathSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const BLOCK = 512
const SECTIONS = ['identity', 'data', 'access', 'network', 'capacity', 'repository', 'schedule']
const FIRST = sha256('stairway-audit-v1')
const [MANIFEST, SEAL] = ['manifest.json', 'manifest.sig.json']

class Broken extends Error {}

/** What holds and what does not, in words. `keys` are public keys that the reader trusts; without any the pack's own are taken, and that is said. */
export function verifyPack(archive, keys = []) {
  const [proved, broken] = [[], []]
  let files = new Map()
  const claim = (of, body) => {
    try {
      proved.push(...[body()].flat())
    } catch (error) {
      broken.push(`${of}: ${error instanceof Broken ? error.message : 'cannot be read'}`)
    }
  }
  claim('archive', () => {
    files = readTar(archive)
    return `The archive holds ${files.size} files and nothing beside them.`
  })
  if (broken.length > 0) return { proved, broken }
  const json = (name) => JSON.parse(textOf(files, name))
  const pack = { files, json, keys }
  claim(MANIFEST, () => checkManifest(pack, broken))
  claim(SEAL, () => checkSeal(pack))
  claim('plan.json', () => checkPlans(pack))
  claim('audit.json', () => checkChain(pack))
  claim('head.json', () => checkHead(pack))
  claim('decisions.json', () => checkDecisions(pack))
  claim('change.json', () => checkLife(pack))
  claim('change.json', () => checkApprovals(pack))
  claim('change.json', () => checkFreezes(pack))
  claim('change.json', () => checkReview(pack))
  claim('conversation.json', () => checkConversation(pack))
  claim('run.json', () => checkRuns(pack))
  return { proved, broken }
}

function sha256(bytes) {
  return createHash('sha256').update(bytes).digest('hex')
}

function must(holds, message) {
  if (!holds) throw new Broken(message)
}

function textOf(files, name) {
  const bytes = files.get(name)
  must(bytes, `${name} is missing`)
  return bytes.toString('utf8')
}

/** RFC 8785. */
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  const members = Object.keys(value).sort()
  return `{${members.map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(',')}}`
}

function readTar(archive) {
  const files = new Map()
  let [at, last] = [0, 'the start']
  while (at + BLOCK <= archive.length && archive[at] !== 0) {
    const block = archive.subarray(at, at + BLOCK)
    const name = block.toString('latin1', 0, 100).replace(/\0.*$/s, '')
    const size = Number.parseInt(block.toString('latin1', 124, 135), 8)
    const end = at + BLOCK + Math.ceil(size / BLOCK) * BLOCK
    const whole = Number.isSafeInteger(size) && end <= archive.length
    must(
      whole && block.equals(header(name, size)),
      `the header of ${name} (after ${last}) was altered`,
    )
    must(!files.has(name), `${name} is there twice`)
    files.set(name, archive.subarray(at + BLOCK, at + BLOCK + size))
    must(isZero(archive.subarray(at + BLOCK + size, end)), `bytes behind the end of ${name}`)
    ;[at, last] = [end, name]
  }
  const rest = archive.subarray(at)
  must(
    rest.length === 2 * BLOCK && isZero(rest),
    `what stands after ${last} was altered or cut off`,
  )
  return files
}

function isZero(bytes) {
  return bytes.every((byte) => byte === 0)
}

function header(name, size) {
  const block = Buffer.alloc(BLOCK)
  const put = (text, at) => block.write(text, at, 'latin1')
  put(name, 0)
  put('0000644\x000000000\x000000000\0', 100)
  put(`${size.toString(8).padStart(11, '0')}\x0000000000000\0        0`, 124)
  put('ustar\x0000', 257)
  const sum = block.reduce((total, byte) => total + byte, 0)
  put(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return block
}

function checkManifest({ files, json }, broken) {
  const listed = new Map(json(MANIFEST).files.map((file) => [file.name, file]))
  for (const [name, bytes] of files) {
    if (name === MANIFEST || name === SEAL) continue
    const wanted = listed.get(name)
    if (!wanted) broken.push(`${name}: is not in ${MANIFEST}`)
    else if (wanted.sha256 !== sha256(bytes) || wanted.size !== bytes.length)
      broken.push(`${name}: was altered; its SHA-256 is not the one in ${MANIFEST}`)
  }
  for (const name of listed.keys()) if (!files.has(name)) broken.push(`${name}: is missing`)
  return broken.length === 0
    ? [`Each of ${listed.size} files has the SHA-256 that ${MANIFEST} lists.`]
    : []
}

function checkSeal(pack) {
  const seal = pack.json(SEAL)
  must(textOf(pack.files, SEAL) === canonical(seal), 'was altered')
  const hash = sha256(pack.files.get(MANIFEST))
  must(hash === seal.manifest, `${MANIFEST} or ${SEAL} was altered: the signed SHA-256 is another`)
  const whose = signer(pack.keys, seal, canonical({ change: seal.change, manifest: seal.manifest }))
  must(pack.json('change.json').id === seal.change, 'it was signed for another change')
  return [`${MANIFEST} is signed (Ed25519), and with it every byte of this archive. ${whose}`]
}

/** Throws unless the text is signed with the key that the seal names; answers in words how far that key is known. */
function signer(keys, { publicKey, keyId, signature }, text) {
  must(sha256(publicKey).slice(0, 16) === keyId, 'key id and public key do not belong together')
  must(/^[0-9a-f]{128}$/.test(signature), 'the signature was altered')
  const key = createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x: publicKey } })
  must(
    isSignedBy(null, Buffer.from(text), key, Buffer.from(signature, 'hex')),
    'the signature does not hold',
  )
  if (keys.length === 0)
    return `Key ${keyId} came with the pack and was NOT verified: compare it with the one that you know, or give --key.`
  must(keys.includes(publicKey), `signed with key ${keyId}, which is none of those given by --key`)
  return `Key ${keyId} is one that you trust.`
}

function checkPlans({ files, json }) {
  const { revisions } = json('plan.json')
  const said = new Map(json('change.json').revisions.map(({ revision, plan }) => [revision, plan]))
  must(said.size === revisions.length, 'change.json lists other revisions')
  for (const { revision, plan, sections, items } of revisions) {
    for (const { file, hash } of items)
      must(files.has(file) && sha256(files.get(file)) === hash, `${file} is not the approved bytes`)
    for (const section of SECTIONS)
      must(
        sectionHash(items, section) === sections[section],
        `section ${section} of revision ${revision} has another hash`,
      )
    must(
      items.every(({ section }) => SECTIONS.includes(section)),
      'an item of no section',
    )
    must(sha256(canonical(sections)) === plan, `the plan of revision ${revision} has another hash`)
    must(said.get(revision) === plan, `change.json names another plan for revision ${revision}`)
  }
  return revisions.map(
    ({ revision, plan, items }) =>
      `Revision ${revision}: ${items.length} items hash, by section, to plan ${plan}.`,
  )
}

function sectionHash(items, name) {
  const own = items
    .filter(({ section }) => section === name)
    .map(({ path, action, hash }) => ({ path, action, hash }))
    .sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
  return sha256(canonical(own))
}

function checkChain({ json }) {
  const { tenant, events } = json('audit.json')
  must(events.length > 0, 'holds no event')
  for (const [place, event] of events.entries()) {
    const { seq, at, actor, action, subject, payload, payloadHash, prev, hash } = event
    const text = canonical({
      action,
      actor,
      at,
      payload: payloadHash,
      prev,
      seq,
      subject,
      tenant,
      v: 1,
    })
    must(sha256(text) === hash, `event ${seq} was altered`)
    must(
      payload === null || sha256(payload) === payloadHash,
      `the payload of event ${seq} was altered`,
    )
    const before = events[place - 1]
    if (before)
      must(
        seq === before.seq + 1 && prev === before.hash,
        `event ${seq} does not follow event ${before.seq}`,
      )
    else must(seq !== 1 || prev === FIRST, 'event 1 does not begin the chain')
  }
  const own = events.filter(({ payload }) => payload !== null).length
  return [
    `Events ${events[0].seq} to ${events.at(-1).seq} of the audit chain follow each other without a gap; every hash holds. ${own} are of this change; of the others only hashes are here.`,
  ]
}

function checkHead(pack) {
  const { head, ...seal } = pack.json('head.json')
  const last = pack.json('audit.json').events.at(-1)
  must(last.seq === head.seq && last.hash === head.hash, 'is not the end of audit.json')
  must(
    head.tenant === pack.json('audit.json').tenant &&
      head.tenant === pack.json('change.json').tenant.id,
    'is of another tenant',
  )
  const whose = signer(pack.keys, seal, canonical(head))
  return [`The chain's end, event ${head.seq}, was signed (Ed25519) at ${head.at}. ${whose}`]
}

/** Events of the change itself, with what was recorded. */
function eventsOf({ json }, action) {
  const { id } = json('change.json')
  return json('audit.json')
    .events.filter((event) => event.subject === id && action(event.action))
    .map((event) => {
      must(event.payload !== null, `event ${event.seq} has no payload`)
      return { ...event, ...JSON.parse(event.payload) }
    })
}

function checkDecisions(pack) {
  const decisions = pack.json('decisions.json')
  const plans = new Map(pack.json('plan.json').revisions.map((each) => [each.revision, each]))
  const keyOf = (who, by, { verdict, stage, plan, comment, ...vote }) =>
    canonical([who, vote.for ?? '', by ?? '', verdict, stage, plan, comment ?? ''])
  const recorded = eventsOf(pack, (action) => action === 'change.decided')
  for (const decision of decisions) {
    must(
      plans.get(decision.revision)?.plan === decision.plan,
      `${decision.id} saw another plan than revision ${decision.revision}`,
    )
    checkDelegation(decision)
    if (decision.carriedFrom) {
      const first = decisions.find(({ id }) => id === decision.carriedFrom)
      must(
        first?.decider === decision.decider &&
          (first.for ?? null) === (decision.for ?? null) &&
          first.verdict === decision.verdict,
        `${decision.id} is carried from no such decision`,
      )
      const moved = decision.sections.filter(
        (name) =>
          plans.get(first.revision)?.sections[name] !== plans.get(decision.revision).sections[name],
      )
      must(moved.length === 0, `${decision.id} was carried although ${moved.join(', ')} moved`)
      continue
    }
    const at = recorded.findIndex(
      (event) =>
        keyOf(event.actor, event.delegation, event) ===
          keyOf(decision.decider, decision.delegation?.id, decision) &&
        (event.authTime === undefined ||
          (event.authTime === null
            ? decision.authTime === null
            : Math.abs(event.authTime - Date.parse(decision.authTime)) <= 1)) &&
        (event.amr === undefined ||
          canonical([event.acr, event.amr]) === canonical([decision.acr, decision.amr])),
    )
    must(at >= 0, `${decision.id} is not in the audit as it stands here`)
    recorded.splice(at, 1)
  }
  must(recorded.length === 0, 'a decision that the audit holds is missing')
  if (decisions.length === 0) return ['Nobody decided on it, by this pack and by the audit.']
  return decisions.map(
    ({ decider, verdict, stage, plan, authTime, carriedFrom, delegation, ...vote }) =>
      `${nameOf(pack, decider)} (${decider})${delegation ? ` for ${nameOf(pack, vote.for)} (${vote.for}), by a delegation of the two from ${delegation.from} until ${delegation.until}${delegation.endedAt ? `, ended at ${delegation.endedAt}` : ''}` : ''}: ${verdict} in ${stage}, having seen plan ${plan}; ${carriedFrom ? 'carried from an earlier revision, whose sections did not move' : `${authTime ? `signed in at ${authTime}${vote.amr?.length ? ` by ${vote.amr.join(', ')}` : ''}` : 'the provider did not say when they signed in'}; in the audit`}.`,
  )
}

/** A vote for another names a delegation of exactly these two, in whose period it was given and which had not ended; only the first vote, not one carried on, is held to the time. */
function checkDelegation({ id, decider, delegation, carriedFrom, decidedAt, ...vote }) {
  must(!vote.for === !delegation, `${id} names a delegation or whom it is for, not both`)
  if (!delegation) return
  const { delegator, delegate, from, until, endedAt } = delegation
  must(
    delegator === vote.for && delegate === decider && delegator !== delegate,
    `${id} was given by a delegation of others`,
  )
  must(
    carriedFrom || (from <= decidedAt && decidedAt < until && (!endedAt || decidedAt <= endedAt)),
    `${id} was given outside of its delegation's period`,
  )
}

/** Every comment is one that the audit holds, by its author and the SHA-256 of its text, and none is missing. A pack of before there were conversations has no such file. */
function checkConversation(pack) {
  const recorded = eventsOf(pack, (action) => action === 'comment.made')
  const comments = pack.files.has('conversation.json') ? pack.json('conversation.json') : []
  for (const { id, author, text } of comments) {
    const at = recorded.findIndex(({ comment }) => comment === id)
    must(at >= 0, `${id} is not in the audit as it stands here`)
    const [event] = recorded.splice(at, 1)
    must(event.actor === author, `${id} was said by somebody else`)
    must(event.text === sha256(text), `the text of ${id} is not the one that was said`)
  }
  must(recorded.length === 0, 'a comment that the audit holds is missing')
  if (comments.length === 0) return []
  return [`${comments.length} comments were made on it; each text and author is in the audit.`]
}

function nameOf({ json }, id) {
  return json('people.json')[id] ?? id
}

/** The audit action that a move of the change leaves; undefined for moves that leave none. */
function actionOf({ from, to }) {
  const byPair = {
    'draft assessing': 'submitted',
    'assessing approved': 'preauthorised',
    'awaiting_approval approved': 'approved',
    'failed executing': 'retried',
    'scheduled blocked': 'held',
    'blocked scheduled': 'released',
  }
  const byEnd = {
    changes_requested: 'returned',
    rejected: 'rejected',
    assessing: 'edited',
    executing: 'started',
    verifying: 'verified',
    failed: 'failed',
    review_due: 'review_asked',
    overdue: 'review_overdue',
    closed: 'closed',
    cancelled: 'withdrawn',
    expired: 'expired',
  }
  return byPair[`${from} ${to}`] ?? byEnd[to]
}

function checkLife(pack) {
  const change = pack.json('change.json')
  const events = eventsOf(
    pack,
    (action) =>
      action.startsWith('change.') &&
      !['change.decided', 'change.window_set', 'change.scheduled', 'change.reviewed'].includes(
        action,
      ),
  )
  const moves = change.transitions.filter(actionOf)
  for (const [place, { from, to }] of change.transitions.entries())
    must(
      from === (change.transitions[place - 1]?.to ?? 'draft'),
      `the move from ${from} to ${to} does not follow`,
    )
  must(
    change.state === (change.transitions.at(-1)?.to ?? 'draft'),
    'its state is not the end of its moves',
  )
  must(moves.length === events.length, 'its moves are not those of the audit')
  for (const [place, move] of moves.entries()) {
    const { action, actor, reason, seq } = events[place]
    must(
      action === `change.${actionOf(move)}` &&
        actor === move.actor &&
        (reason ?? null) === move.reason,
      `the move to ${move.to} is not what event ${seq} records`,
    )
  }
  for (const { revision, plan, seq } of events.filter(({ action }) =>
    /submitted|edited/.test(action),
  ))
    must(
      change.revisions.some((each) => each.revision === revision && each.plan === plan),
      `event ${seq} names another plan for revision ${revision}`,
    )
  const first = events[0]
  must(!first || first.actor === change.requester, 'another person requested it, by the audit')
  return [
    `All ${change.transitions.length} moves of CHG-${change.number} follow each other to "${change.state}"; those that the audit records stand there with the same person and reason.`,
  ]
}

function checkApprovals(pack) {
  const { revision, plan, stages, barred, standard, transitions } = pack.json('change.json')
  const own = stages.filter((stage) => stage.revision === revision)
  const asked = own.filter((stage) => !stage.freeze)
  // by the moves, which the audit binds: a name of a standard in the pack proves nothing
  const preauthorised = transitions.findLast(({ to }) => to === 'approved')?.from === 'assessing'
  must(
    !transitions.some(({ to }) => to === 'executing') ||
      (standard && preauthorised) ||
      (asked.length > 0 && asked.every(({ state }) => state === 'satisfied')),
    'it ran without every approval, and no standard change covers it',
  )
  const decisions = pack.json('decisions.json').filter((each) => each.revision === revision)
  return own
    .map(({ id, name, state, quorum, freeze }) => {
      const approved = decisions.filter(
        (each) => each.stageId === id && each.verdict === 'approve' && each.plan === plan,
      )
      const people = approved.flatMap((each) => [each.decider, each.for].filter(Boolean))
      must(
        !people.some((person) => barred.some((each) => each.person === person)),
        `${name} was approved by, or for, somebody who may not`,
      )
      must(
        new Set(people).size === people.length,
        `in ${name} somebody voted twice, or was signed for beside a vote of their own`,
      )
      must(
        state !== 'satisfied' || approved.length >= quorum,
        `${name} is called satisfied with ${approved.length} of ${quorum} approvals`,
      )
      const signed = approved.filter((each) => each.for).length
      return `${name}: ${state}; ${approved.length} of ${quorum} approvals by different people on this very plan, none of them barred${signed > 0 ? `; ${signed} of them signed for another, who is barred as little and has no other vote` : ''}.${freeze ? ' It lets the change through a freeze and is no approval of the plan.' : ''}`
    })
    .concat(
      own.every((stage) => stage.freeze)
        ? [
            standard
              ? `Pre-authorised by the standard change "${standard}".`
              : 'No approval was asked.',
          ]
        : [],
    )
}

/** Whatever held it by the audit is named, and each passage that the audit tells of was given in a stage of that freeze. A pack of before freezes were in it names none. */
function checkFreezes(pack) {
  const { freezes, stages } = pack.json('change.json')
  if (!freezes) return []
  const named = new Map(freezes.map((freeze) => [freeze.id, freeze]))
  const nameIn = (id, seq) => {
    must(named.has(id), `the freeze ${id}, of which event ${seq} tells, is not in it`)
    return `"${named.get(id).name}" (${id}, ${named.get(id).kind})`
  }
  for (const { name, freeze } of stages)
    must(!freeze || named.has(freeze), `${name} is of a freeze that is not in it`)
  const held = eventsOf(pack, (action) => action === 'change.held')
    .filter(({ freeze }) => freeze)
    .map(
      ({ freeze, seq, until }) =>
        `It was held by the freeze ${nameIn(freeze, seq)}${until ? `, until ${until} as far as was known` : ''}; event ${seq}.`,
    )
  const votes = pack.json('decisions.json').filter(({ verdict }) => verdict === 'approve')
  const through = eventsOf(pack, (action) => action === 'change.released').flatMap(
    ({ passages = [], seq }) =>
      passages.map(({ freeze, stage }) => {
        const given = votes.filter(({ stageId }) => stageId === stage)
        must(
          given.length > 0 && stages.some((each) => each.id === stage && each.freeze === freeze),
          `nobody let it through ${freeze}, as event ${seq} says`,
        )
        const who = given.map(({ decider }) => `${nameOf(pack, decider)} (${decider})`).join(', ')
        return `${who} let it through the freeze ${nameIn(freeze, seq)}; event ${seq}.`
      }),
  )
  return [...held, ...through]
}

/** What ran as an emergency is closed by the review of this plan only, of somebody who neither asked for it nor voted; the audit says the same of it. */
function checkReview(pack) {
  const { type, state, plan, closeCode, review, barred, requester, number, revision } =
    pack.json('change.json')
  const events = eventsOf(pack, (action) => action === 'change.reviewed')
  if (type !== 'emergency') {
    must(events.length === 0 && !review, 'a change that is no emergency was reviewed as one')
    return []
  }
  must(review, 'it is an emergency change that owes no review')
  const ran = pack.json('run.json').runs.length > 0
  const about = `CHG-${number} is an emergency change for ${review.incident}`
  if (!review.reviewer) {
    must(events.length === 0, 'the audit tells of a review that is not in it')
    must(!(state === 'closed' && ran), 'it ran, and was closed without a review')
    return [`${about}; it is "${state}" and was not reviewed.`]
  }
  must(ran && state === 'closed', 'it was reviewed, and did not run or is not closed')
  const votes = pack.json('decisions.json').filter((each) => each.revision === revision)
  const parties = [requester, ...barred.map(({ person }) => person)].concat(
    votes.flatMap(({ decider, for: other }) => [decider, other].filter(Boolean)),
  )
  must(!parties.includes(review.reviewer), 'whoever asked for it or voted on it reviewed it')
  must(review.plan === plan, 'another plan was reviewed')
  must(review.outcome === closeCode, 'it was closed otherwise than its review says')
  const [event] = events
  must(
    events.length === 1 &&
      event.actor === review.reviewer &&
      ['plan', 'happened', 'justified', 'outcome', 'followUps'].every(
        (name) => event[name] === review[name],
      ),
    'its review is not the one that the audit records',
  )
  const late = review.reviewedAt > review.dueAt ? 'after' : 'before'
  return [
    `${about}; ${nameOf(pack, review.reviewer)}, who neither asked for it nor voted, reviewed this very plan ${late} its deadline: ${review.justified ? 'justified' : 'not justified'}, ${review.outcome}.`,
  ]
}

function checkRuns(pack) {
  const { runs, targets } = pack.json('run.json')
  const { plan } = pack.json('change.json')
  for (const run of runs) must(run.plan === plan, `${run.id} carried out another plan`)
  const started = eventsOf(pack, (action) => action === 'change.started')
  for (const event of started)
    must(
      runs.some(({ id }) => id === event.run) && event.plan === plan,
      `event ${event.seq} started another run or plan`,
    )
  must(runs.length === 0 || started.length > 0, 'no run was started, by the audit')
  const approved = new Set(
    pack.json('plan.json').revisions.flatMap(({ items }) => items.map(({ hash }) => hash)),
  )
  const objects = targets.flatMap((target) => target.objects)
  const same = objects.filter(({ hash }) => approved.has(hash)).length
  return [
    `${runs.length} run(s), each of the approved plan. ${same} of ${objects.length} objects listed at its targets carry the hash of an item of the plan.`,
  ]
}

/** What follows `--key` is a key, whatever it begins with: one in 64 begins with a hyphen. */
function argumentsOf([first, ...rest], read = { packs: [], keys: [] }) {
  if (first === undefined) return read
  if (first === '--key' && rest.length > 0) {
    read.keys.push(rest[0])
    return argumentsOf(rest.slice(1), read)
  }
  read.packs.push(first)
  return argumentsOf(rest, read)
}

function main() {
  const { packs, keys } = argumentsOf(process.argv.slice(2))
  if (packs.length !== 1 || packs[0].startsWith('-')) {
    process.stderr.write('node verify.mjs PACK.tar [--key PUBLIC_KEY]...\n')
    return 1
  }
  const { proved, broken } = verifyPack(readFileSync(packs[0]), keys)
  for (const line of proved) process.stdout.write(`  holds: ${line}\n`)
  for (const line of broken) process.stdout.write(`  BROKEN: ${line}\n`)
  process.stdout.write(
    broken.length === 0
      ? 'Everything in this pack holds. Not proved: that the clocks were right, and what Stairway itself was told.\n'
      : 'This pack is not as it was signed. Do not rely on it.\n',
  )
  return broken.length === 0 ? 0 : 1
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url))
  process.exitCode = main()
