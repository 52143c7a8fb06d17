import { expect, test } from 'vitest'
import { AttributeBytes } from '../../otel/attribute-bytes.ts'
import { ProtobufWriter } from '../../otel/protobuf.ts'

type Attribute = readonly [name: string, value: string | number | boolean]

const SPANS: readonly (readonly Attribute[])[] = [
  [
    ['a', 'x'],
    ['b', 1],
    ['c', true],
    ['d', 'y'],
  ],
  // The same again; another value between two that are the same; one that is missing; one that is new; another order; none.
  [
    ['a', 'x'],
    ['b', 1],
    ['c', true],
    ['d', 'y'],
  ],
  [
    ['a', 'x'],
    ['b', 2],
    ['c', true],
    ['d', 'y'],
  ],
  [
    ['a', 'x'],
    ['c', true],
    ['d', 'y'],
  ],
  [
    ['a', 'x'],
    ['b', 2],
    ['c', true],
    ['d', 'y'],
  ],
  [
    ['d', 'y'],
    ['a', 'x'],
  ],
  [],
  [['a', 'x']],
  [['a', '1']],
  [['a', 1]],
]

function write(sink: AttributeBytes, attributes: readonly Attribute[]): void {
  sink.begin()
  for (const [name, value] of attributes) {
    if (typeof value === 'string') sink.text(name, value)
    else if (typeof value === 'number') sink.int(name, value)
    else sink.flag(name, value)
  }
  sink.end()
}

function alone(attributes: readonly Attribute[]): Buffer {
  const writer = new ProtobufWriter()
  write(new AttributeBytes(writer, 9), attributes)
  return writer.since(0)
}

test('whatever span stands before another, each is written as if it stood alone', () => {
  for (const before of SPANS) {
    for (const after of SPANS) {
      const writer = new ProtobufWriter(8)
      const sink = new AttributeBytes(writer, 9)
      write(sink, before)
      const from = writer.length
      write(sink, after)
      expect(writer.since(from)).toEqual(alone(after))
    }
  }
})

test('what the writer no longer holds is written anew', () => {
  const writer = new ProtobufWriter()
  const sink = new AttributeBytes(writer, 9)
  const [usual = []] = SPANS
  write(sink, usual)
  writer.detach()
  sink.forget()
  writer.text('something else, as long as that')
  const from = writer.length
  write(sink, usual)
  expect(writer.since(from)).toEqual(alone(usual))
})
