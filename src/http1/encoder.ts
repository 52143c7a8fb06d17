/** Parts of messages → what is written; heads and ends are latin1 texts, one character a byte, so that they can be joined. Framing is always written anew, in one canonical form, so that no reader can doubt it. */
import { bytesOf, type Field, type Framing, type HttpVersion, linesOf } from './message.ts'

/** A latin1 text, or body bytes as they came. */
export type Piece = string | Buffer
const NO_PIECES: readonly Piece[] = []

export interface RequestHeadOut {
  readonly method: string
  readonly target: string
  /** Of end-to-end fields only. */
  readonly lines: string
  readonly framing: Framing
  readonly upgrade: string | undefined
}

/** Encodes one request after the other: what is the same as in the one before is not written out again. */
export class RequestHeadEncoder {
  #previous: RequestHeadOut | undefined
  #before = ''
  #after = ''

  /** `traceLines`: of the fields that are different in every request. */
  encode(head: RequestHeadOut, traceLines: string): string {
    const previous = this.#previous
    const isSame =
      head.target === previous?.target &&
      head.lines === previous.lines &&
      head.method === previous.method &&
      head.framing === previous.framing &&
      head.upgrade === previous.upgrade
    if (!isSame) {
      const connection = head.upgrade === undefined ? '' : upgradeLines(head.upgrade)
      this.#previous = head
      this.#before = `${head.method} ${head.target} HTTP/1.1\r\n${head.lines}`
      this.#after = `${framingLine(head.framing)}${connection}\r\n`
    }
    return this.#before + traceLines + this.#after
  }
}

export interface ResponseHeadOut {
  readonly status: number
  readonly reason: string
  /** Of end-to-end fields only. */
  readonly lines: string
  /** What the fields say of the body; a HEAD or 304 answer says it although there is none. */
  readonly declared: Framing
  readonly upgrade?: string | undefined
  readonly close: boolean
  /** The client's. */
  readonly version: HttpVersion
}

export function encodeResponseHead({
  status,
  reason,
  lines,
  declared,
  upgrade,
  close,
  version,
}: ResponseHeadOut): string {
  const persistence = close ? 'Connection: close\r\n' : version === '1.0' ? 'Connection: keep-alive\r\n' : ''
  const connection = upgrade === undefined ? persistence : upgradeLines(upgrade)
  const isInterim = status < 200 && upgrade === undefined
  return `HTTP/1.1 ${status} ${reason}\r\n${lines}${framingLine(declared)}${isInterim ? '' : connection}\r\n`
}

/** Encodes one answer after the other: what is the same as the one before is not written out again. */
export class ResponseHeadEncoder {
  #previous: ResponseHeadOut | undefined
  #text = ''
  /** Made when it is asked for the second time: bytes leave without being made of a text each time. */
  #bytes: Buffer | undefined

  encode(head: ResponseHeadOut): Piece {
    const previous = this.#previous
    const isSame =
      head.lines === previous?.lines &&
      head.status === previous.status &&
      head.reason === previous.reason &&
      head.declared === previous.declared &&
      head.close === previous.close &&
      head.version === previous.version &&
      head.upgrade === previous.upgrade
    if (isSame) {
      this.#bytes ??= bytesOf(this.#text)
      return this.#bytes
    }
    this.#previous = head
    this.#text = encodeResponseHead(head)
    this.#bytes = undefined
    return this.#text
  }
}

/** Body bytes in their framing. */
export function encodeData(framing: Framing, bytes: Buffer): readonly Piece[] {
  if (bytes.length === 0) return NO_PIECES // a chunk of size 0 would end the body
  if (framing.kind !== 'chunked') return [bytes]
  return [`${bytes.length.toString(16)}\r\n`, bytes, '\r\n']
}

/** What ends the body, where something must. */
export function encodeEnd(framing: Framing, trailers: readonly Field[]): string | undefined {
  if (framing.kind !== 'chunked') return undefined
  return `0\r\n${linesOf(trailers)}\r\n`
}

function framingLine(framing: Framing): string {
  if (framing.kind === 'length') return `Content-Length: ${framing.bytes}\r\n`
  if (framing.kind !== 'chunked') return ''
  if (framing.codings === undefined) return 'Transfer-Encoding: chunked\r\n'
  return `Transfer-Encoding: ${framing.codings.join(', ')}, chunked\r\n`
}

function upgradeLines(upgrade: string): string {
  return `Connection: Upgrade\r\nUpgrade: ${upgrade}\r\n`
}
