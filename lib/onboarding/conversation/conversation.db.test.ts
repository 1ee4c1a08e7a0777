import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { findReaders, readConversation } from '#lib/changes/conversation-queries.ts'
import { readChange } from '#lib/changes/page-queries.ts'
import { readPack } from '#lib/evidence/queries.ts'
import { type Delegations, testDelegations } from '#lib/testing/delegations.ts'
import { filesOf, forgedPack } from '#lib/testing/forged-pack.ts'
import type { Viewer } from '#lib/viewer.ts'
import { verifyPack } from '../../../scripts/verify-evidence.mjs'
import { askEvidence } from '../evidence/ask-evidence.ts'
import { packEvidence } from '../evidence/pack-evidence.ts'
import { withdrawChange } from '../withdraw-change.ts'
import { commentOnChange } from './comment-on-change.ts'

type Change = { changeId: string; number: number; planHash: string }

let at: Delegations

beforeAll(async () => {
  at = await testDelegations()
})
afterAll(() => at?.changes.close())
afterEach(() => at.clear())

async function say(viewer: Viewer, { changeId }: { changeId: string }, body: string) {
  const answer = await commentOnChange(at.platform, viewer, { changeId, body })
  return answer.ok ? answer.value.commentId : answer.error.code
}

/** Who was told of what on a change, by notices and by mails. */
async function told({ changeId }: { changeId: string }): Promise<string[]> {
  const rows = await at.changes.rows<{ line: string }>(
    `select p.user_name || ' ' || substring(n.event from '^comment\\.[a-z]+') || ' ' || n.link as line from notice n join person p on p.id = n.person_id
     where n.change_id = $1 and n.event like 'comment.%' order by n.created_at, 1`,
    changeId,
  )
  const [mails] = await at.changes.rows<{ n: number }>(
    `select count(*)::int as n from delivery where key like $1`,
    `${changeId}.comment.%`,
  )
  expect(mails?.n).toBe(rows.length)
  return rows.map(({ line }) => line)
}

const talkOf = (viewer: Viewer, { changeId }: Change) =>
  readConversation(at.platform, viewer, { changeId })

test('who is mentioned is told once, the requester and who spoke before too, and nobody else', async () => {
  const { ada, ben, farah, erik, iris } = at
  const change = await at.submitted('talked-about')
  const link = (id: string) => `/changes/${change.number}#${id}`
  const first = await say(ben, change, `@{${farah.id}} and again @{${farah.id}}: is this right?`)
  expect(await told(change)).toEqual([
    `ada.okafor comment.added ${link(first)}`,
    `farah.haddad comment.mentioned ${link(first)}`,
  ])
  const second = await say(ada, change, `yes, @{${ben.id}} @{${ada.id}}`)
  expect((await told(change)).slice(2)).toEqual([`ben.carter comment.mentioned ${link(second)}`])
  const third = await say(erik, change, 'then go')
  expect((await told(change)).slice(3)).toEqual([
    `ada.okafor comment.added ${link(third)}`,
    `ben.carter comment.added ${link(third)}`,
  ])
  const { comments, stamps } = await talkOf(iris, change)
  expect(comments.map(({ author, parts }) => [author, parts])).toEqual([
    [
      'Ben Carter',
      [
        { n: 0, mention: 'Farah Haddad' },
        { n: 1, text: ' and again ' },
        { n: 2, mention: 'Farah Haddad' },
        { n: 3, text: ': is this right?' },
      ],
    ],
    [
      'Ada Okafor',
      [
        { n: 0, text: 'yes, ' },
        { n: 1, mention: 'Ben Carter' },
        { n: 2, text: ' ' },
        { n: 3, mention: 'Ada Okafor' },
      ],
    ],
    ['Erik Lund', [{ n: 0, text: 'then go' }]],
  ])
  expect(stamps.map(({ id }) => id)).toEqual([first, second, third])
})

test('it touches neither plan, votes, state nor version', async () => {
  const change = await at.submitted('untouched')
  const of = async () => {
    const page = await readChange(at.platform, at.ben, { number: change.number })
    const rows = await at.changes.rows(`select version from change where id = $1`, change.changeId)
    return [page?.planHash, page?.state, page?.stages, rows]
  }
  const before = await of()
  await say(at.ben, change, 'approve approve approve')
  expect(await of()).toEqual(before)
})

test('only who reads the change and is no auditor speaks; others are told that there is no such change', async () => {
  const { ada, ben, erik, grace, chen, dana, iris } = at
  const change = await at.submitted('who-speaks')
  for (const viewer of [ada, ben, erik, grace])
    expect(await say(viewer, change, 'x')).toMatch(/^cmt_/)
  expect(await say(iris, change, 'x')).toBe('comment_not_yours')
  for (const viewer of [chen, dana]) {
    expect(await say(viewer, change, 'x')).toBe('change_not_found')
    expect((await talkOf(viewer, change)).stamps).toEqual([])
    const asked = { number: change.number, typed: 'a' }
    expect(await findReaders(at.platform, viewer, asked)).toBeNull()
  }
  expect((await talkOf(iris, change)).stamps).toHaveLength(4)
})

test('mentioned can be who reads the change: others neither are offered nor pass', async () => {
  const { ben, chen, iris } = at
  const change = await at.submitted('mentioning')
  const offered = async (typed: string) =>
    (await findReaders(at.platform, ben, { number: change.number, typed }))?.map((p) => p.label)
  expect(await offered('had')).toEqual(['Farah Haddad'])
  expect(await offered('Iris N')).toEqual(['Iris Novak'])
  expect(await offered('ada.o')).toEqual(['Ada Okafor'])
  expect(await offered('chen')).toEqual([])
  expect(await offered('ben')).toEqual([])
  expect(await offered('%')).toEqual([])
  expect(await say(ben, change, `@{${chen.id}} look`)).toBe('mention_unknown')
  expect(await say(ben, change, '@{usr_nobody} look')).toBe('mention_unknown')
  expect(await say(ben, change, `@{${iris.id}} look`)).toMatch(/^cmt_/)
  const many = Array.from({ length: 21 }, (_, n) => `@{usr_${n}}`).join('')
  expect(await say(ben, change, many)).toBe('too_many_mentions')
})

test('who lost their reading of the change is not told of it any more', async () => {
  const { ada, ben, farah } = at
  const change = await at.submitted('gone-reader')
  await say(farah, change, 'hello')
  await at.changes.rows(`update person set status = 'disabled' where id = $1`, farah.id)
  const id = await say(ben, change, 'who is there?')
  expect(await say(ben, change, `@{${farah.id}}?`)).toBe('mention_unknown')
  await at.changes.rows(`update person set status = 'active' where id = $1`, farah.id)
  expect((await told(change)).filter((line) => line.includes(id))).toEqual([
    `ada.okafor comment.added /changes/${change.number}#${id}`,
  ])
  expect(ada.name).toBe('Ada Okafor')
})

test('a change that has ended takes no comment, and none slips in while it ends', async () => {
  const { ada, ben } = at
  const change = await at.submitted('over')
  const [ended, ...said] = await Promise.all([
    withdrawChange(at.platform, ada, { changeId: change.changeId, reason: 'no' }),
    ...Array.from({ length: 8 }, (_, n) => say(ben, change, `racing ${n}`)),
  ])
  expect(ended).toMatchObject({ ok: true })
  expect(said.every((each) => each === 'change_has_ended' || each.startsWith('cmt_'))).toBe(true)
  expect(await say(ben, change, 'too late')).toBe('change_has_ended')
  const [late] = await at.changes.rows<{ n: number }>(
    `select count(*)::int as n from change_comment m join change_transition x on x.change_id = m.change_id and x.to_state = 'cancelled'
     where m.change_id = $1 and m.at > x.at + interval '1 second'`,
    change.changeId,
  )
  expect(late?.n).toBe(0)
  await expect(
    at.changes.rows(
      `insert into change_comment (id, tenant_id, change_id, revision, author_id, body) select 'cmt_late', tenant_id, id, 1, app.actor(), 'x' from change where id = $1`,
      change.changeId,
    ),
  ).rejects.toMatchObject({ message: expect.stringContaining('SW044') })
})

test('nobody speaks in another’s name, alters or removes what was said', async () => {
  const { ben, farah } = at
  const change = await at.submitted('kept')
  const id = await say(ben, change, 'as I said')
  const asFarah = (sql: string, ...values: unknown[]) => at.as(farah, sql, ...values)
  await expect(
    asFarah(
      `insert into change_comment (id, tenant_id, change_id, revision, author_id, body) select 'cmt_forged', tenant_id, id, 1, $2, 'x' from change where id = $1`,
      ...[change.changeId, ben.id],
    ),
  ).rejects.toMatchObject({ message: expect.stringContaining('SW043') })
  for (const sql of [
    `update change_comment set body = 'y' where id = $1`,
    `delete from change_comment where id = $1`,
  ])
    await expect(asFarah(sql, id)).rejects.toMatchObject({
      message: expect.stringContaining('SW005'),
    })
})

test('of two who speak at once the second is told of nobody twice; past the most comments none is taken', async () => {
  const { ben, farah } = at
  const change = await at.submitted('at-once')
  await Promise.all([say(ben, change, 'me'), say(farah, change, 'me too')])
  const heard = (await told(change)).filter((line) => !line.startsWith('ada'))
  expect(heard).toHaveLength(1)
  await at.as(
    ben,
    `insert into change_comment (id, tenant_id, change_id, revision, author_id, body) select 'cmt_many' || n, c.tenant_id, c.id, 1, $2, 'x' from change c, generate_series(1, 498) n where c.id = $1`,
    ...[change.changeId, ben.id],
  )
  expect(await say(ben, change, 'one more')).toBe('conversation_full')
})

test('it is read a page at a time, both ways, each comment once', async () => {
  const { ben, iris } = at
  const change = await at.submitted('long-talk')
  for (let n = 0; n < 65; n += 1) await say(ben, change, `comment ${n}`)
  const textOf = (page: Awaited<ReturnType<typeof talkOf>>) =>
    page.comments.map(({ parts }) => ('text' in (parts[0] ?? {}) ? JSON.stringify(parts[0]) : ''))
  const newest = await talkOf(iris, change)
  const asked = (of: object) =>
    readConversation(at.platform, iris, { changeId: change.changeId, ...of })
  const middle = await asked({ after: newest.earlier })
  const oldest = await asked({ after: middle.earlier })
  const all = [oldest, middle, newest].flatMap(textOf)
  expect(all).toEqual(Array.from({ length: 65 }, (_, n) => `{"n":0,"text":"comment ${n}"}`))
  expect([newest.later, oldest.earlier]).toEqual([undefined, undefined])
  expect(textOf(await asked({ before: oldest.later }))).toEqual(textOf(middle))
})

test('an evidence pack carries the conversation, and one word altered or one comment missing is found', async () => {
  const { ben, iris } = at
  const failed = await at.changes.failed('talked-packed')
  await say(ben, failed, 'nothing runs, as expected')
  await say(ben, failed, `@{${iris.id}} please keep this`)
  expect(await askEvidence(at.platform, iris, { changeId: failed.changeId })).toMatchObject({
    ok: true,
  })
  await packEvidence(at.changes.worker, failed.changeId)
  const archive = Buffer.from((await readPack(at.platform, iris, failed.number)) ?? [])
  const { proved, broken } = verifyPack(archive, [at.changes.worker.signer.publicKey])
  expect(broken).toEqual([])
  expect(proved.join('\n')).toContain('2 comments were made on it')
  expect(
    filesOf(archive)
      .find(({ name }) => name === 'people.json')
      ?.bytes.toString(),
  ).toContain('Iris Novak')
  for (const [alter, found] of [
    [(text: string) => text.replace('as expected', 'so what'), 'is not the one that was said'],
    [() => '[]', 'a comment that the audit holds is missing'],
    [(text: string) => text.replaceAll(ben.id, iris.id), 'was said by somebody else'],
  ] as const) {
    const forged = forgedPack(archive, {
      changeId: failed.changeId,
      name: 'conversation.json',
      alter,
    })
    expect(verifyPack(forged).broken.join('\n')).toContain(found)
  }
})
