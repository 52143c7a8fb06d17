import { expect, test } from 'vitest'
import { parseSchedstat, parseStat, readCpu, since, sumByThread, total } from '../../../bench/measure/cpu.ts'

test('nanoseconds of schedstat, hundredths of a second of stat, whatever the name of the thread', () => {
  expect(parseSchedstat('1234567 89 10\n')).toBe(1234567)
  expect(parseSchedstat('')).toBeUndefined()
  const fields = Array.from({ length: 50 }, (_, at) => at + 3)
  expect(parseStat(`42 (a ) b) ${fields.join(' ')}`)).toBe((14 + 15) * 1e7)
})

test('threads by what they do: a worker of podspan that is not the observer carries traffic', () => {
  const threads = [
    { isMain: true, comm: 'node', ns: 1 },
    { isMain: false, comm: 'observer', ns: 2 },
    { isMain: false, comm: 'V8Worker', ns: 4 },
    { isMain: false, comm: 'libuv-worker', ns: 8 },
    { isMain: false, comm: 'data-1', ns: 16 },
  ]
  expect(sumByThread(threads)).toEqual({ data: 17, observer: 2, rest: 12 })
})

test('the time this process spends is seen', () => {
  const before = readCpu([process.pid])
  let sum = 0
  for (let at = 0; at < 3e7; at++) sum += at % 7
  const spent = since(before, readCpu([process.pid]))
  expect(sum).toBeGreaterThan(0)
  expect(total(spent)).toBeGreaterThan(1e6)
})
