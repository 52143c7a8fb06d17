/** Feeds bytes to a decoder in every way they may arrive, and tells what came out in a form that is easy to compare. */
import { RequestDecoder, ResponseDecoder } from '../../src/http1/decoder.ts'
import type { RequestHead, ResponseHead } from '../../src/http1/message.ts'
import { DEFAULT_LIMITS, type Limits } from '../../src/limits.ts'

export interface Decoded {
  /** Every message that came out whole or in part. */
  readonly messages: readonly {
    readonly head: RequestHead | ResponseHead
    readonly body: string
    readonly trailers: readonly string[]
    readonly ended: boolean
  }[]
  readonly error: { readonly type: string; readonly status: number } | undefined
}

type AnyDecoder = RequestDecoder | ResponseDecoder

/** Pieces of the text: whole, byte by byte, and cut in two at every offset. */
export function* everyCut(text: string): Generator<string[]> {
  yield [text]
  yield [...text]
  for (let at = 1; at < text.length; at++) yield [text.slice(0, at), text.slice(at)]
}

export function decodeRequests(pieces: readonly string[], limits: Limits = DEFAULT_LIMITS): Decoded {
  const decoder = new RequestDecoder(limits)
  return decode(decoder, pieces, () => decoder.restart(), false)
}

export function decodeResponse(
  pieces: readonly string[],
  method = 'GET',
  fin = false,
  limits: Limits = DEFAULT_LIMITS,
): Decoded {
  const decoder = new ResponseDecoder(limits)
  decoder.expect(method)
  return decode(decoder, pieces, () => {}, fin)
}

function decode(decoder: AnyDecoder, pieces: readonly string[], again: () => void, fin: boolean): Decoded {
  const messages: { head: RequestHead | ResponseHead; body: string; trailers: string[]; ended: boolean }[] = []
  const take = (part: ReturnType<AnyDecoder['next']>): Decoded['error'] => {
    const message = messages.at(-1)
    if (part?.kind === 'error') return { type: part.type, status: part.status }
    if (part?.kind === 'head') messages.push({ head: part.head, body: '', trailers: [], ended: false })
    else if (part?.kind === 'data' && message !== undefined) message.body += part.bytes.toString('latin1')
    else if (part?.kind === 'end' && message !== undefined) {
      message.ended = true
      message.trailers = part.trailers.map(({ line }) => line)
      again()
    }
    return undefined
  }
  for (const piece of pieces) {
    decoder.push(Buffer.from(piece, 'latin1'))
    for (let part = decoder.next(); part !== undefined; part = decoder.next()) {
      const error = take(part)
      if (error !== undefined) return { messages, error }
    }
  }
  const error = fin && decoder instanceof ResponseDecoder ? take(decoder.end()) : undefined
  return { messages, error }
}
