import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createAgenda } from './agenda.ts'

const HOUR = 3_600_000
const LOOK_MS = 400

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** Looks that take a while, and when each began. */
function slowLooks(next: number | null = HOUR) {
  const began: number[] = []
  const start = Date.now()
  const agenda = createAgenda(async () => {
    began.push(Date.now() - start)
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
    return next
  })
  return { agenda, began }
}

test.each([
  ['and fell due in it', 200, 5],
  ['and falls due a moment after it', LOOK_MS - 2, 5],
])(
  'what is asked during a look %s is looked at soon after, not at the next interval',
  async (_, at, delay) => {
    const { agenda, began } = slowLooks()
    agenda.ask('one', 0)
    await vi.advanceTimersByTimeAsync(at)
    agenda.ask('one', delay)
    await vi.advanceTimersByTimeAsync(2 * LOOK_MS)
    expect(began).toHaveLength(2)
    expect(began[1]).toBeLessThanOrEqual(LOOK_MS + 10)
    agenda.stop()
  },
)

test('else it comes back after what the look says, or never', async () => {
  const hourly = slowLooks()
  hourly.agenda.ask('one', 0)
  await vi.advanceTimersByTimeAsync(HOUR + LOOK_MS + 1)
  expect(hourly.began).toEqual([0, HOUR + LOOK_MS])
  hourly.agenda.stop()
  const never = slowLooks(null)
  never.agenda.ask('one', 0)
  await vi.advanceTimersByTimeAsync(2 * HOUR)
  expect(never.began).toHaveLength(1)
})

test('keys do not wait for each other; stopped, nothing is looked at any more', async () => {
  const { agenda, began } = slowLooks()
  agenda.ask('one', 0)
  agenda.ask('two', 1)
  await vi.advanceTimersByTimeAsync(2)
  expect(began).toEqual([0, 1])
  agenda.ask('one', 10)
  agenda.stop()
  await vi.advanceTimersByTimeAsync(HOUR)
  expect(began).toHaveLength(2)
})
