/**
 * google.rpc.Status as bytes, which a gRPC backend sends in `grpc-status-details-bin` → the pause that it asks for. Pure. It reads
 * no more of Protocol Buffers than these messages need, and trusts none of it.
 * https://github.com/googleapis/googleapis/blob/master/google/rpc/error_details.proto
 */

const TYPE = 'type.googleapis.com/google.rpc.RetryInfo'

/** In ms; 0 of a RetryInfo that names none. Undefined: there is no RetryInfo in it, or it is no Status. */
export function retryDelayMs(status: Uint8Array): number | undefined {
  try {
    const details = fieldsOf(status).flatMap(({ number, bytes }) => (number === 3 ? [fieldsOf(bytes)] : []))
    const detail = details.find((fields) => Buffer.from(bytesOf(fields, 1)).toString() === TYPE)
    if (detail === undefined) return undefined
    const delay = fieldsOf(bytesOf(fieldsOf(bytesOf(detail, 2)), 1))
    return Math.max(0, integerOf(delay, 1) * 1e3 + integerOf(delay, 2) / 1e6)
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

interface Field {
  readonly number: number
  /** Of a varint. */
  readonly integer: number
  /** Of what has its length before it. */
  readonly bytes: Uint8Array
}

const NOTHING = new Uint8Array()
const VARINT_BYTES_MAX = 10

/** Throws a RangeError on what is cut short or of no known type. */
function fieldsOf(message: Uint8Array): Field[] {
  const fields: Field[] = []
  let at = 0
  const take = (length: number): Uint8Array => {
    if (length < 0 || length > message.length - at) throw new RangeError('cut short')
    at += length
    return message.subarray(at - length, at)
  }
  const varint = (): number => {
    let value = 0n
    for (let digit = 0; digit < VARINT_BYTES_MAX; digit++) {
      const [byte = 0] = take(1)
      value |= BigInt(byte & 0x7f) << BigInt(7 * digit)
      if (byte < 0x80) return Number(BigInt.asIntN(64, value))
    }
    throw new RangeError('a varint without an end')
  }
  while (at < message.length) {
    const tag = varint()
    const number = Math.floor(tag / 8)
    // The wire types: a varint, eight bytes, a length and as many bytes, four bytes.
    if (tag % 8 === 0) fields.push({ number, integer: varint(), bytes: NOTHING })
    else if (tag % 8 === 1) take(8)
    else if (tag % 8 === 2) fields.push({ number, integer: 0, bytes: take(varint()) })
    else if (tag % 8 === 5) take(4)
    else throw new RangeError('no known type')
  }
  return fields
}

/** Of several the last. */
function bytesOf(fields: readonly Field[], number: number): Uint8Array {
  return fields.findLast((field) => field.number === number)?.bytes ?? NOTHING
}

function integerOf(fields: readonly Field[], number: number): number {
  return fields.findLast((field) => field.number === number)?.integer ?? 0
}
