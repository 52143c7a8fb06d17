import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ProtobufWriter } from '../../otel/protobuf.ts'

test('a varint is seven bits a byte, the lowest first', () => {
  fc.assert(
    fc.property(fc.nat(Number.MAX_SAFE_INTEGER), (value) => {
      const writer = new ProtobufWriter(1)
      writer.varint(value)
      const bytes = writer.since(0)
      const read = bytes.reduceRight((sum, byte) => (sum << 7n) | BigInt(byte & 0x7f), 0n)
      expect(Number(read)).toBe(value)
      expect(bytes.findIndex((byte) => byte < 0x80)).toBe(bytes.length - 1)
    }),
  )
})

test.each([0, 1, 47, 49, 127, 128, 300, 16_383, 16_384, 70_000])(
  'a text of %i characters has its length before it',
  (length) => {
    for (const character of ['a', 'é', '€', '\ud800']) {
      const writer = new ProtobufWriter(4)
      writer.text(character.repeat(length))
      const expected = Buffer.from(character.repeat(length))
      const written = writer.since(0)
      expect(written.subarray(written.length - expected.length).equals(expected)).toBe(true)
      const prefix = new ProtobufWriter()
      prefix.varint(expected.length)
      expect(written.subarray(0, written.length - expected.length)).toEqual(prefix.since(0))
    }
  },
)

test('nanoseconds are exact in all 64 bits', () => {
  fc.assert(
    fc.property(fc.nat(8_000_000_000), fc.nat(999_999_999), (seconds, nanos) => {
      const writer = new ProtobufWriter()
      writer.unixNanos(seconds, nanos)
      expect(writer.since(0).readBigUInt64LE()).toBe(BigInt(seconds) * 1_000_000_000n + BigInt(nanos))
    }),
  )
})

test('what is nested and long moves to make room for its length', () => {
  const writer = new ProtobufWriter(2)
  const outer = writer.open()
  const inner = writer.open()
  writer.raw(Buffer.alloc(200, 7))
  writer.close(inner)
  writer.close(outer)
  expect(writer.since(0)).toEqual(Buffer.concat([Buffer.from([202, 1, 200, 1]), Buffer.alloc(200, 7)]))
})

test('what is handed over stays as it is; room that was left may be filled in, and what was cut off is gone', () => {
  const writer = new ProtobufWriter(2)
  writer.skip(3)
  writer.raw(Buffer.from([1, 2, 3]))
  writer.truncate(writer.length - 1)
  const first = writer.detach()
  first.fill(9, 0, 3)
  writer.raw(Buffer.alloc(200_000, 7))
  expect([...first]).toEqual([9, 9, 9, 1, 2])
  expect(writer.detach()).toEqual(Buffer.alloc(200_000, 7))
  expect(writer.length).toBe(0)
})
