import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FrameReader, WebSocketWatch } from '../../src/tunnel/websocket-frames.ts'
import { everyCut } from '../support/http1.ts'
import {
  BINARY,
  CLOSE,
  CONTINUATION,
  closeFrame,
  type FrameShape,
  frame,
  frameHead,
  PING,
  PONG,
  TEXT,
} from '../support/websocket.ts'

interface Counted {
  readonly messages: number | undefined
  readonly hasClosed: boolean
  readonly closeCode: number | undefined
}

function read(pieces: readonly Uint8Array[]): Counted {
  const reader = new FrameReader()
  for (const piece of pieces) reader.push(piece)
  return { messages: reader.messages, hasClosed: reader.hasClosed, closeCode: reader.closeCode }
}

const KEY = [0x12, 0xfe, 0x80, 0x01]
const text = frame({ opcode: TEXT, payload: 'hello' })
const begun = frame({ opcode: TEXT, payload: 'hel', isFinal: false })
const between = frame({ opcode: CONTINUATION, payload: 'l', isFinal: false })
const last = frame({ opcode: CONTINUATION, payload: 'o' })
const open = { hasClosed: false, closeCode: undefined }
const nonsense = { messages: undefined, ...open }

test.each<[name: string, frames: Uint8Array[], Counted]>([
  ['nothing', [], { messages: 0, ...open }],
  ['a text', [text], { messages: 1, ...open }],
  ['a masked text', [frame({ opcode: TEXT, payload: 'hello', key: KEY })], { messages: 1, ...open }],
  ['bytes', [frame({ opcode: BINARY, payload: new Uint8Array([0, 255]) })], { messages: 1, ...open }],
  ['an empty message', [frame({ opcode: TEXT })], { messages: 1, ...open }],
  ['an empty masked message', [frame({ opcode: TEXT, key: KEY })], { messages: 1, ...open }],
  ['several', [text, text, text], { messages: 3, ...open }],
  ['125 bytes', [frame({ opcode: TEXT, payload: 'x'.repeat(125) }), text], { messages: 2, ...open }],
  ['126 bytes', [frame({ opcode: TEXT, payload: 'x'.repeat(126) }), text], { messages: 2, ...open }],
  ['a long form too long', [frame({ opcode: TEXT, payload: 'x', lengthBits: 64 }), text], { messages: 2, ...open }],
  ['an extension in RSV1', [frame({ opcode: TEXT, payload: 'x', rsv: 4 })], { messages: 1, ...open }],
  ['a message that has not ended', [text, begun, between], { messages: 1, ...open }],
  ['a message of three frames', [begun, between, last], { messages: 1, ...open }],
  ['its last frame is empty', [begun, frame({ opcode: CONTINUATION })], { messages: 1, ...open }],
  ['cut in mid-frame', [text, text.subarray(0, -1)], { messages: 1, ...open }],
  ['pings and pongs', [frame({ opcode: PING }), frame({ opcode: PONG, payload: 'x' })], { messages: 0, ...open }],
  ['a ping inside a message', [begun, frame({ opcode: PING, payload: 'x' }), last], { messages: 1, ...open }],
  ['a close', [text, closeFrame(1000)], { messages: 1, hasClosed: true, closeCode: 1000 }],
  ['a masked close with a reason', [closeFrame(4999, 'bye', KEY)], { messages: 0, hasClosed: true, closeCode: 4999 }],
  ['a close without a code', [closeFrame()], { messages: 0, hasClosed: true, closeCode: 1005 }],
  [
    'a close of half a code',
    [frame({ opcode: CLOSE, payload: 'x' })],
    { messages: 0, hasClosed: true, closeCode: undefined },
  ],
  ['a close inside a message', [begun, closeFrame(1001)], { messages: 0, hasClosed: true, closeCode: 1001 }],
  ['half a close', [closeFrame(1001, 'bye').subarray(0, -1)], { messages: 0, ...open }],
  ['what follows a close', [closeFrame(1001), text, text], { messages: 0, hasClosed: true, closeCode: 1001 }],
  ['a second close', [closeFrame(1001), closeFrame(1002)], { messages: 0, hasClosed: true, closeCode: 1001 }],
  [
    'rubbish after a close',
    [closeFrame(1001), Buffer.from('rubbish')],
    { messages: 0, hasClosed: true, closeCode: 1001 },
  ],
  ['an opcode of data that nobody knows', [text, frame({ opcode: 3 })], nonsense],
  ['an opcode of control that nobody knows', [text, frame({ opcode: 11 })], nonsense],
  ['a ping in two frames', [frame({ opcode: PING, isFinal: false })], nonsense],
  ['a ping of 126 bytes', [frame({ opcode: PING, payload: 'x'.repeat(126) })], nonsense],
  ['a message inside a message', [begun, text], nonsense],
  ['the rest of a message that never began', [last], nonsense],
  ['the rest of a message that is over', [begun, last, last], nonsense],
  ['a length of 2^63', [frameHead(BINARY, 2n ** 63n)], nonsense],
  ['HTTP', [Buffer.from('GET / HTTP/1.1\r\n')], nonsense],
  ['frames after nonsense', [last, text, closeFrame(1000)], nonsense],
])('%s, at every cut', (_name, frames, expected) => {
  for (const pieces of everyCut(Buffer.concat(frames).toString('latin1'))) {
    expect(read(pieces.map((piece) => Buffer.from(piece, 'latin1')))).toEqual(expected)
  }
})

describe('lengths', () => {
  /** Shows so many bytes that nobody looks at. */
  function pass(reader: FrameReader, bytes: number, block: Uint8Array): void {
    for (let left = bytes; left > 0; left -= block.length) reader.push(block.subarray(0, Math.min(left, block.length)))
  }

  test('2^63 - 1 is a length like any other', () => {
    const reader = new FrameReader()
    reader.push(frameHead(BINARY, 2n ** 63n - 1n))
    pass(reader, 2 ** 30, Buffer.alloc(2 ** 20, 0xff))
    expect(reader.messages).toBe(0)
  })

  test.each([
    ['a gibibyte', 2 ** 30],
    ['just under 4 GiB', 2 ** 32 - 1],
    ['4 GiB', 2 ** 32],
    ['just over 4 GiB', 2 ** 32 + 1],
  ])('%s: the next frame begins where it should, and nothing is spent on the bytes', (_name, length) => {
    const reader = new FrameReader()
    const block = Buffer.alloc(2 ** 24, 0xff)
    const startedMs = performance.now()
    for (let message = 0; message < 100; message++) {
      reader.push(frameHead(BINARY, BigInt(length)))
      pass(reader, length, block)
    }
    reader.push(text)
    expect(reader.messages).toBe(101)
    expect(performance.now() - startedMs).toBeLessThan(5_000)
  })

  test('beyond 2^53, where a number has gaps', () => {
    const reader = new FrameReader()
    reader.push(frameHead(BINARY, 2n ** 53n + 3n))
    const block = { length: 2 ** 52 } as Uint8Array
    reader.push(block)
    reader.push(block)
    expect(reader.messages).toBe(0)
    reader.push(Buffer.alloc(3, 0xff))
    reader.push(text)
    expect(reader.messages).toBe(2)
  })
})

describe('frames of every kind', () => {
  const key = fc.option(fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255)), { nil: undefined })
  const payload = fc.oneof(
    fc.uint8Array({ maxLength: 20 }),
    fc.nat(70_000).map((length) => new Uint8Array(length)),
  )
  const lengthBits = fc.constantFrom<undefined | 64>(undefined, 64)
  const shape = { key, rsv: fc.nat(7) }
  const control: fc.Arbitrary<FrameShape> = fc.record({
    ...shape,
    opcode: fc.constantFrom(PING, PONG),
    payload: fc.uint8Array({ maxLength: 125 }),
  })
  /** One message: its frames, with control frames anywhere between them. */
  const message: fc.Arbitrary<FrameShape[]> = fc
    .tuple(
      fc.constantFrom(TEXT, BINARY),
      fc.array(fc.record({ ...shape, payload, lengthBits, before: fc.array(control, { maxLength: 2 }) }), {
        minLength: 1,
        maxLength: 4,
      }),
    )
    .map(([opcode, fragments]) =>
      fragments.flatMap(({ before, ...each }, at) => [
        ...before,
        { ...each, opcode: at === 0 ? opcode : CONTINUATION, isFinal: at === fragments.length - 1 } as FrameShape,
      ]),
    )
  const close = fc.record({ code: fc.integer({ min: 1000, max: 4999 }), reason: fc.string({ maxLength: 30 }), key })
  const cuts = fc.array(fc.nat(), { maxLength: 20 })

  function cut(bytes: Uint8Array, at: readonly number[]): Uint8Array[] {
    const ends = [...at.map((each) => each % (bytes.length + 1)), bytes.length].sort((a, b) => a - b)
    return ends.map((end, nth) => bytes.subarray(ends[nth - 1] ?? 0, end))
  }

  test('are counted right, however they are cut', () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 6 }), fc.option(close), cuts, (messages, end, at) => {
        const tail = end === null ? [] : [closeFrame(end.code, end.reason, end.key)]
        const bytes = Buffer.concat([...messages.flat().map(frame), ...tail])
        const expected = { messages: messages.length, hasClosed: end !== null, closeCode: end?.code }
        expect(read(cut(bytes, at))).toEqual(expected)
      }),
      { numRuns: 300 },
    )
  })

  test('any bytes at all: no throw, nothing changed, and no difference by the cut', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), cuts, (bytes, at) => {
        const before = Buffer.from(bytes)
        expect(read(cut(bytes, at))).toEqual(read([bytes]))
        expect(before.equals(bytes)).toBe(true)
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('both directions', () => {
  test('the first Close tells who hung up and why, not the answer to it', () => {
    const watch = new WebSocketWatch()
    watch.fromClient(frame({ opcode: TEXT, payload: 'hi', key: KEY }))
    watch.fromOrigin(Buffer.concat([text, text, closeFrame(1011)]))
    watch.fromClient(closeFrame(1000, '', KEY))
    expect(watch.counts()).toEqual({ messagesIn: 1, messagesOut: 2, closeCode: 1011, closedBy: 'origin' })
    const other = new WebSocketWatch()
    other.fromClient(closeFrame(1001, '', KEY))
    other.fromOrigin(closeFrame(1000))
    expect(other.counts()).toEqual({ messagesIn: 0, messagesOut: 0, closeCode: 1001, closedBy: 'client' })
  })

  test('one that speaks something else is not known, the other is', () => {
    const watch = new WebSocketWatch()
    watch.fromOrigin(Buffer.from('hello'))
    watch.fromClient(closeFrame(undefined, '', KEY))
    expect(watch.counts()).toEqual({ messagesIn: 0, closeCode: 1005, closedBy: 'client' })
  })

  test('without a Close nobody hung up', () => {
    expect(new WebSocketWatch().counts()).toEqual({ messagesIn: 0, messagesOut: 0 })
  })
})
