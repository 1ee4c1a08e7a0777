import { expect, test } from 'vitest'
import { traced } from '#lib/db/trace.ts'
import { createLogger } from './logger.ts'

function logged(write: (log: ReturnType<typeof createLogger>) => void): Record<string, unknown> {
  const lines: string[] = []
  write(createLogger('worker', 'info', { write: (line) => lines.push(line) }))
  expect(lines.length).toBe(1)
  return JSON.parse(lines[0] ?? '') as Record<string, unknown>
}

test('a line carries the ids of what is in hand, and none of what is over', () => {
  const line = logged((log) =>
    traced({ request: 'req-1', actor: 'usr_1' }, () =>
      traced({ change: 'chg_1', run: 'run_1' }, () => log.info({ step: 'prime' }, 'begins')),
    ),
  )
  expect(line).toMatchObject({
    process: 'worker',
    request: 'req-1',
    actor: 'usr_1',
    change: 'chg_1',
    run: 'run_1',
    step: 'prime',
    msg: 'begins',
  })
  expect(logged((log) => log.info({}, 'alone'))).not.toHaveProperty('request')
})

test('no secret gets out, however deep it lies, nor in an error or its cause', () => {
  const cause = Object.assign(new Error('refused'), {
    response: { config: { headers: { Authorization: 'Bearer hush-1' } } },
  })
  const error = Object.assign(new Error('failed', { cause }), {
    request: { headers: { cookie: 'hush-2' }, items: [{ clientSecret: 'hush-3' }] },
  })
  const line = logged((log) =>
    log.error(
      {
        error,
        cluster: { name: 'eu-1', access: { token: 'hush-4', caPem: 'public' } },
        password: 'hush-5',
      },
      'no answer',
    ),
  )
  const text = JSON.stringify(line)
  expect(text).not.toContain('hush')
  expect(text).toContain('refused')
  expect(text).toContain('public')
  expect(text).toContain('eu-1')
})
