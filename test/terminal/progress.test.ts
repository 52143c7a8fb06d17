import { expect, test } from 'vitest'
import { startProgress } from '../../src/terminal/progress.ts'
import { ManualClock } from '../support/observed.ts'

async function shown(isTty: boolean, passMs: number): Promise<string[]> {
  const clock = new ManualClock()
  const written: string[] = []
  const progress = startProgress('looking', { clock, isTty, write: (text) => void written.push(text) })
  await clock.pass(passMs)
  progress.clear()
  progress.clear()
  progress.stop()
  await clock.pass(5_000)
  return written
}

test('what is done at once says nothing', async () => {
  expect(await shown(true, 999)).toEqual([])
})

test('what takes longer is told each second, and then taken away once', async () => {
  expect(await shown(true, 2_000)).toEqual(['\r\x1b[Klooking (1 s)', '\r\x1b[Klooking (2 s)', '\r\x1b[K'])
})

test('into a file nothing is written', async () => {
  expect(await shown(false, 5_000)).toEqual([])
})
