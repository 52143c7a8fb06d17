/** google.rpc.Status as a gRPC backend writes it, by the field numbers of its .proto files. */

const field = (number: number, bytes: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from([8 * number + 2, bytes.length]), bytes])

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(Math.floor(value / 0x80))]
}

/** An Any of this type. */
export function detail(type: string, value: Uint8Array = new Uint8Array()): Buffer {
  return Buffer.concat([field(1, Buffer.from(`type.googleapis.com/${type}`)), field(2, value)])
}

/** RetryInfo with this Duration. */
export function waiting(seconds: number, nanos: number): Buffer {
  return detail('google.rpc.RetryInfo', field(1, Buffer.from([8, ...varint(seconds), 16, ...varint(nanos)])))
}

/** With a code and a message, as every one has. */
export function statusOf(...details: readonly Uint8Array[]): Buffer {
  const head = [Buffer.from([8, 8]), field(2, Buffer.from('slow down'))]
  return Buffer.concat([...head, ...details.map((each) => field(3, each))])
}
