import { expect, test } from 'vitest'
import { parseLines, window } from '../../../bench/measure/inside.ts'

test('counted from the first line after the load began, whose own delay is of the time before', () => {
  const line = (atMs: number, allocatedBytes: number, delayMaxMs: number) =>
    JSON.stringify({ atMs, allocatedBytes, delayMaxMs })
  const text = [line(0, 100, 50), line(10, 200, 40), line(20, 260, 3), line(30, 300, 2), '{"torn'].join('\n')
  expect(window(parseLines(text), 10)).toEqual({ allocatedBytes: 100, delayMaxMs: 3 })
})
