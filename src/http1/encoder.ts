/** Parts of messages → what is written; heads and ends are latin1 texts, one character a byte, so that they can be joined. Framing is always written anew, in one canonical form, so that no reader can doubt it. */
import type { Field, Framing, HttpVersion } from './message.ts'

/** A latin1 text, or body bytes as they came. */
export type Piece = string | Buffer
const NO_PIECES: readonly Piece[] = []

export interface RequestHeadOut {
  readonly method: string
  readonly target: string
  /** End-to-end fields only. */
  readonly fields: readonly Field[]
  readonly framing: Framing
  readonly upgrade?: string | undefined
}

export function encodeRequestHead({ method, target, fields, framing, upgrade }: RequestHeadOut): string {
  return encodeHead(`${method} ${target} HTTP/1.1`, fields, framing, upgrade === undefined ? '' : upgradeLines(upgrade))
}

export interface ResponseHeadOut {
  readonly status: number
  readonly reason: string
  readonly fields: readonly Field[]
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
  fields,
  declared,
  upgrade,
  close,
  version,
}: ResponseHeadOut): string {
  const persistence = close ? 'Connection: close\r\n' : version === '1.0' ? 'Connection: keep-alive\r\n' : ''
  const connection = upgrade === undefined ? persistence : upgradeLines(upgrade)
  return encodeHead(
    `HTTP/1.1 ${status} ${reason}`,
    fields,
    declared,
    status < 200 && upgrade === undefined ? '' : connection,
  )
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
  const lines = trailers.map(({ line }) => `${line}\r\n`).join('')
  return `0\r\n${lines}\r\n`
}

function encodeHead(startLine: string, fields: readonly Field[], framing: Framing, connection: string): string {
  let text = `${startLine}\r\n`
  for (const { line } of fields) text += `${line}\r\n`
  return `${text}${framingLine(framing)}${connection}\r\n`
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
