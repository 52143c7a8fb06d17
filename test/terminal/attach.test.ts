import { expect, it } from 'vitest'
import type { Ended } from '../../src/terminal/admin-client.ts'
import { stayAttached } from '../../src/terminal/attach.ts'
import { RETRY_MS } from '../../src/terminal/bounds.ts'
import { ManualClock } from '../support/observed.ts'

const stopped: Ended = { kind: 'stopped' }
const lost = (text: string): Ended => ({ kind: 'lost', text })

/** What happens, one attempt after the other; `+` before an end: it stood before that. */
function run(...script: (readonly ['+' | '-', Ended])[]) {
  const clock = new ManualClock()
  const stop = new AbortController()
  const said: string[] = []
  let attempts = 0
  const code = stayAttached({
    async attach(opened) {
      const [stood, ended] = script[attempts++] ?? ['-', lost('still gone')]
      if (stood === '+') opened()
      return ended
    },
    clock,
    stopped: stop.signal,
    lost: (text) => said.push(`lost: ${text}`),
    back: () => said.push('back'),
    failed: (text) => said.push(`failed: ${text}`),
  })
  return { clock, said, code, stop: () => stop.abort(), attempts: () => attempts }
}

it('ends with 0 when the person has had enough', async () => {
  expect(await run(['+', stopped]).code).toBe(0)
  expect(await run(['-', stopped]).code).toBe(0)
})

it('does not wait for who was not there at first', async () => {
  const { code, said, attempts } = run(['-', lost('nobody')])
  expect(await code).toBe(69)
  expect([said, attempts()]).toEqual([['failed: nobody'], 1])
})

it('tries again who went, says so once, and says when it is back', async () => {
  const { clock, said, code, attempts } = run(
    ['+', lost('it went')],
    ['-', lost('nobody')],
    ['-', lost('nobody')],
    ['+', lost('it went again')],
    ['+', stopped],
  )
  await clock.pass(RETRY_MS - 1)
  expect(attempts()).toBe(1)
  await clock.pass(1 + RETRY_MS * 3)
  expect(await code).toBe(0)
  expect(said).toEqual(['lost: it went', 'back', 'lost: it went again', 'back'])
})

it('does not try again who says no', async () => {
  const { clock, said, code } = run(['+', lost('it went')], ['-', { kind: 'refused', text: 'no', exitCode: 64 }])
  await clock.pass(RETRY_MS)
  expect(await code).toBe(64)
  expect(said).toEqual(['lost: it went', 'failed: no'])
})

it('is left at once while it waits', async () => {
  const { clock, code, stop } = run(['+', lost('it went')])
  await clock.pass(RETRY_MS * 5.5)
  stop()
  expect(await code).toBe(0)
  expect(clock.timers).toBe(0)
})
