/** What the admin API says of a request's body: the body where it was kept, else why it was not. Pure. */
import type { Exchange, KeptBody } from '../exchange.ts'
import type { RequestBodyView } from './shapes.ts'

/** Undefined: the request had no body. */
export function requestBodyOf(
  { request, marks }: Exchange,
  kept: KeptBody | undefined,
  bodyBytesMax: number,
): RequestBodyView | undefined {
  if (request === undefined) return undefined
  const isWhole = marks.requestEnd !== undefined
  if (request.bytes === 0 && isWhole) return undefined
  if (kept !== undefined) {
    const { exchangeId: _, bytes, ...described } = kept
    return {
      kept: true,
      base64: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64'),
      ...described,
    }
  }
  if (bodyBytesMax === 0) return { kept: false, why: 'off' }
  if (!isWhole) return { kept: false, why: 'incomplete' }
  return { kept: false, why: request.bytes > bodyBytesMax ? 'too-large' : 'no-room' }
}
