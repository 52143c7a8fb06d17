import { expect, test } from 'vitest'
import { Errands } from '../../src/demo/errands.ts'
import { ManualClock } from '../support/observed.ts'

function start() {
  const clock = new ManualClock()
  const done: string[] = []
  return { clock, done, errands: new Errands(clock) }
}

test('what is set for later happens once', async () => {
  const { clock, done, errands } = start()
  errands.after(10, () => done.push('a'))
  await clock.pass(30)
  expect(done).toEqual(['a'])
})

test('when all is over nothing happens any more, and what is open is closed once', async () => {
  const { clock, done, errands } = start()
  errands.after(10, () => done.push('late'))
  errands.until(() => done.push('closed'))
  const forget = errands.until(() => done.push('forgotten'))
  forget()
  errands.end()
  errands.end()
  expect([done, clock.timers]).toEqual([['closed'], 0])
})

test('what begins after the end is ended at once', () => {
  const { clock, done, errands } = start()
  errands.end()
  errands.until(() => done.push('closed'))
  errands.after(10, () => done.push('late'))
  expect([done, clock.timers]).toEqual([['closed'], 0])
})
