import { expect, it } from 'vitest'
import { eventLines } from '../../src/terminal/events.ts'

function read(text: string): { events: unknown[]; isSound: boolean } {
  const events: unknown[] = []
  const take = eventLines((event, data) => events.push([event, data]) > 0)
  return { events, isSound: text.split('\n').slice(0, -1).every(take) }
}

it('gives each event with its data, whatever else stands there', () => {
  const text = ': hello\nretry: 100\nevent: a\nid: 7\ndata: {"b":\ndata: 1}\n\nevent: empty\n\ndata:{"c":2}\r\n\r\n'
  expect(read(text)).toEqual({
    events: [
      ['a', { b: 1 }],
      ['', { c: 2 }],
    ],
    isSound: true,
  })
})

it.each(['<html>\n', '{"a":1}\n', 'data: 7\n\n', 'data: {\n\n'])('says that %j is no such stream', (text) => {
  expect(read(text)).toEqual({ events: [], isSound: false })
})

it('ends with an event that its reader does not take, and with one that never ends', () => {
  const lines = eventLines((event) => event === 'good')
  expect(['event: good', 'data: {}', '', 'event: bad', 'data: {}', ''].map(lines)).toEqual([
    ...[true, true, true],
    ...[true, true, false],
  ])
  const line = `data: ${'x'.repeat(1_048_576)}`
  const more = Array.from({ length: 9 }, () => line)
  expect(more.map(eventLines(() => true)).indexOf(false)).toBe(8)
})
