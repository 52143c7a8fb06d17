/**
 * Reads what any protocol buffers message of OTLP traces says, by the field numbers of its .proto files alone; written apart
 * from the code that writes, so that one cannot repeat the mistakes of the other.
 */

type Kind = 'text' | 'bytes' | 'int' | 'fixed64' | 'fixed32' | 'double' | 'bool' | Schema
interface Schema {
  readonly [field: number]: readonly [name: string, kind: Kind]
}

const ANY: Schema = { 1: ['text', 'text'], 2: ['bool', 'bool'], 3: ['number', 'int'], 4: ['number', 'double'] }
const ARRAY: Schema = { 1: ['values', ANY] }
const VALUE: Schema = { ...ANY, 5: ['array', ARRAY] }
const KEY_VALUE: Schema = { 1: ['key', 'text'], 2: ['value', VALUE] }
const LINK: Schema = {
  1: ['traceId', 'bytes'],
  2: ['spanId', 'bytes'],
  3: ['state', 'text'],
  5: ['dropped', 'int'],
  6: ['flags', 'fixed32'],
}
const SPAN: Schema = {
  1: ['traceId', 'bytes'],
  2: ['spanId', 'bytes'],
  3: ['state', 'text'],
  4: ['parentSpanId', 'bytes'],
  5: ['name', 'text'],
  6: ['kind', 'int'],
  7: ['start', 'fixed64'],
  8: ['end', 'fixed64'],
  9: ['attributes', KEY_VALUE],
  10: ['dropped', 'int'],
  12: ['dropped', 'int'],
  13: ['links', LINK],
  14: ['dropped', 'int'],
  15: ['status', { 3: ['code', 'int'] }],
  16: ['flags', 'fixed32'],
}
const SCOPE_SPANS: Schema = { 1: ['scope', { 1: ['name', 'text'], 2: ['version', 'text'] }], 2: ['spans', SPAN] }
const RESOURCE_SPANS: Schema = {
  1: ['resource', { 1: ['attributes', KEY_VALUE], 2: ['dropped', 'int'] }],
  2: ['scopes', SCOPE_SPANS],
}
const REQUEST: Schema = { 1: ['resources', RESOURCE_SPANS] }

/** May be absent or be their default: nobody can tell the difference. */
const LEFT_OUT: ReadonlySet<string> = new Set(['dropped', 'status', 'code'])

/** Fields in the order in which they stand; defaults and empty messages are left out, as a reader does not see them. */
export function decodeMessage(bytes: Uint8Array, schema: Schema = REQUEST): [string, unknown][] {
  const view = Buffer.from(bytes)
  const fields: [string, unknown][] = []
  let at = 0
  const varint = (): bigint => {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = view.readUInt8(at++)
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
  }
  while (at < view.length) {
    const tag = Number(varint())
    const [name, kind] = schema[tag >> 3] ?? [`unknown ${tag >> 3}`, 'bytes']
    let value: unknown
    if ((tag & 7) === 0) value = kind === 'bool' ? varint() === 1n : Number(BigInt.asIntN(64, varint()))
    else if ((tag & 7) === 1) {
      value = kind === 'double' ? view.readDoubleLE(at) : view.readBigUInt64LE(at).toString()
      at += 8
    } else if ((tag & 7) === 5) {
      value = view.readUInt32LE(at)
      at += 4
    } else {
      const length = Number(varint())
      const part = view.subarray(at, at + length)
      at += length
      if (part.length !== length) throw new Error(`${name} is cut short`)
      value =
        kind === 'text'
          ? part.toString('utf8')
          : kind === 'bytes'
            ? part.toString('hex')
            : decodeMessage(part, kind as Schema)
    }
    const isDefault = value === 0 || (Array.isArray(value) && value.length === 0)
    if (!isDefault || !LEFT_OUT.has(name)) fields.push([name, value])
  }
  return fields
}
