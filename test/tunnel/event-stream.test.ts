import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Field, type Framing, field } from '../../src/http1/message.ts'
import { EventCounter, EventStream, eventStreamOf } from '../../src/tunnel/event-stream.ts'
import { everyCut } from '../support/http1.ts'

function eventsOf(pieces: readonly string[]): number {
  const counter = new EventCounter()
  for (const piece of pieces) counter.push(Buffer.from(piece, 'latin1'))
  return counter.events
}

const MARK = '\xef\xbb\xbf'

test.each([
  ['nothing', '', 0],
  ['an event', 'data: a\n\n', 1],
  ['without the space', 'data:a\n\n', 1],
  ['two', 'data: a\n\ndata: b\n\n', 2],
  ['of several lines', 'data: a\ndata: b\n\n', 1],
  ['with its name and id', 'event: x\nid: 1\ndata: a\n\n', 1],
  ['data without a value', 'data:\n\n', 1],
  ['data without a colon', 'data\n\n', 1],
  ['CRLF', 'data: a\r\n\r\ndata: b\r\n\r\n', 2],
  ['CR', 'data: a\r\rdata: b\r\r', 2],
  ['every line end in one stream', 'data: a\r\n\ndata: b\n\rdata: c\r\n\r\n', 3],
  ['blank lines between', '\n\n\r\n\rdata: a\n\n\n\n\r\r', 1],
  ['an end without a blank line', 'data: a\n\ndata: b\n', 1],
  ['a comment', ': hello\n\n', 0],
  ['data in a comment', ':data: a\n\n', 0],
  ['a comment before data', ':\ndata: a\n\n', 1],
  ['retry alone', 'retry: 10\n\n', 0],
  ['id alone', 'id: 1\n\n', 0],
  ['a name alone', 'event: x\n\n', 0],
  ['an id block before an event', 'id: 1\n\ndata: a\n\n', 1],
  ['a longer name', 'datas: a\n\n', 0],
  ['a shorter name', 'dat: a\n\n', 0],
  ['a name in capitals', 'DATA: a\n\n', 0],
  ['a space before the name', ' data: a\n\n', 0],
  ['a space in the name', 'data : a\n\n', 0],
  ['data inside a value', 'id: data: a\n\n', 0],
  ['a byte order mark', `${MARK}data: a\n\n`, 1],
  ['a byte order mark before a blank line', `${MARK}\ndata: a\n\n`, 1],
  ['two byte order marks', `${MARK}${MARK}data: a\n\ndata: b\n\n`, 1],
  ['a mark in the middle', `data: a\n\n${MARK}data: b\n\n`, 1],
  ['half a mark', '\xef\xbbdata: a\n\ndata: b\n\n', 1],
  ['half a mark and a line end', '\xef\n\ndata: b\n\n', 1],
])('%s, at every cut', (_name, stream, events) => {
  for (const pieces of everyCut(stream)) expect(eventsOf(pieces)).toBe(events)
})

/** The words of the standard, with the whole stream at hand. */
function modelOf(stream: string): number {
  const lines = stream.replace(/^\xef\xbb\xbf/, '').split(/\r\n|\r|\n/)
  let events = 0
  let data = ''
  for (const line of lines.slice(0, -1)) {
    if (line === '') {
      if (data !== '') events++
      data = ''
    } else if (line === 'data' || line.startsWith('data:')) data += `${line.slice(5)}\n`
  }
  return events
}

test('any stream counts as the standard says, however it is cut', () => {
  const word = fc.constantFrom(
    'data',
    'data:',
    ':',
    'id',
    'd',
    ' ',
    '\n',
    '\n\n',
    '\r',
    '\r\n',
    MARK,
    '\xef',
    '\xbb',
    'é',
  )
  fc.assert(
    fc.property(fc.array(fc.array(word, { maxLength: 8 }), { maxLength: 8 }), (pieces) => {
      const texts = pieces.map((words) => words.join(''))
      expect(eventsOf(texts)).toBe(modelOf(texts.join('')))
    }),
    { numRuns: 3_000 },
  )
})

test('any bytes at all: no throw, nothing changed', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array()), (pieces) => {
      const counter = new EventCounter()
      const before = Buffer.concat(pieces)
      for (const piece of pieces) counter.push(piece)
      expect(counter.events).toBe(modelOf(before.toString('latin1')))
      expect(before.equals(Buffer.concat(pieces))).toBe(true)
    }),
  )
})

describe('an answer is a stream of events', () => {
  const CHUNKED: Framing = { kind: 'chunked' }
  const of = (fields: readonly Field[], framing: Framing = CHUNKED, status = 200): EventStream | undefined =>
    eventStreamOf(status, fields, framing)
  const type = (value: string): Field => field('Content-Type', value)

  test.each(['text/event-stream', 'TEXT/Event-Stream', 'text/event-stream;charset=utf-8', 'text/event-stream ; x="y"'])(
    '%s: yes',
    (value) => expect(of([type(value)])).toBeDefined(),
  )

  test.each<[string, EventStream | undefined]>([
    ['another type', of([type('text/plain')])],
    ['a longer type', of([type('text/event-streams')])],
    ['no type', of([])],
    ['an error', of([type('text/event-stream')], CHUNKED, 503)],
    ['no body: the answer to HEAD, a 204', of([type('text/event-stream')], { kind: 'none' })],
  ])('%s: no', (_name, stream) => expect(stream).toBeUndefined())

  test.each<[string, string[], Framing, number | undefined]>([
    ['identity', ['identity'], CHUNKED, 1],
    ['Identity', ['Identity'], CHUNKED, 1],
    ['gzip', ['gzip'], CHUNKED, undefined],
    ['identity and gzip', ['identity', 'gzip'], CHUNKED, undefined],
    ['an end that is a close', [], { kind: 'until-close' }, 1],
    ['a length', [], { kind: 'length', bytes: 9 }, 1],
    ['a transfer coding', [], { kind: 'chunked', codings: ['gzip'] }, undefined],
  ])('%s: counted where it can be read', (_name, encodings, framing, events) => {
    const stream = of([type('text/event-stream'), ...encodings.map((each) => field('content-encoding', each))], framing)
    stream?.push(Buffer.from('data: a\n\n'), 5)
    expect(stream?.record('complete', undefined)).toEqual({
      ...(events === undefined ? {} : { events, firstEventMs: 5 }),
      endedBy: 'origin',
    })
  })
})

describe('a stream', () => {
  test('knows when its first event was whole', () => {
    const stream = new EventStream(true)
    stream.push(Buffer.from(': hello\n\n'), 1)
    stream.push(Buffer.from('data: a\n'), 2)
    stream.push(Buffer.from('\n'), 3)
    stream.push(Buffer.from('data: b\n\n'), 4)
    expect(stream.record('complete', undefined)).toEqual({ events: 2, firstEventMs: 3, endedBy: 'origin' })
  })

  test.each([
    ['complete', undefined, 'origin'],
    ['client-aborted', 'client', 'client'],
    ['origin-aborted', 'origin', 'origin'],
    ['refused-response', 'origin', 'origin'],
    ['client-aborted', 'sidecar', undefined],
    ['timed-out', 'client', undefined],
  ] as const)('%s at %s: ended by %s', (outcome, at, endedBy) => {
    const record = new EventStream(true).record(outcome, at && { type: 'x', at })
    expect(record).toEqual({ events: 0, ...(endedBy === undefined ? {} : { endedBy }) })
  })
})
