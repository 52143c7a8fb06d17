/** Parts of messages → bytes. Framing is always written anew, in one canonical form, so that no reader can doubt it. */
import { connectionOptions } from './fields.ts'
import type { Field, Framing, HttpVersion } from './message.ts'

/** RFC 9110 §7.6.1, and the framing fields, which are ours to write. */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'content-length',
  'upgrade',
  'http2-settings',
])
const CRLF = Buffer.from('\r\n')
const NO_BYTES: readonly Buffer[] = []

/** The fields that are for the other end; order, case, duplicates and bytes as they were. */
export function endToEndFields(fields: readonly Field[]): Field[] {
  const nominated = connectionOptions(fields)
  return fields.filter(({ key }) => !HOP_BY_HOP.has(key) && !nominated.includes(key))
}

export interface RequestHeadOut {
  readonly method: string
  readonly target: string
  /** End-to-end fields only. */
  readonly fields: readonly Field[]
  readonly framing: Framing
  readonly upgrade?: string | undefined
}

export function encodeRequestHead({ method, target, fields, framing, upgrade }: RequestHeadOut): Buffer {
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
}: ResponseHeadOut): Buffer {
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
export function encodeData(framing: Framing, bytes: Buffer): readonly Buffer[] {
  if (bytes.length === 0) return NO_BYTES // a chunk of size 0 would end the body
  if (framing.kind !== 'chunked') return [bytes]
  return [Buffer.from(`${bytes.length.toString(16)}\r\n`, 'latin1'), bytes, CRLF]
}

/** What ends the body, where something must. */
export function encodeEnd(framing: Framing, trailers: readonly Field[]): Buffer | undefined {
  if (framing.kind !== 'chunked') return undefined
  const lines = trailers.map(({ line }) => `${line}\r\n`).join('')
  return Buffer.from(`0\r\n${lines}\r\n`, 'latin1')
}

function encodeHead(startLine: string, fields: readonly Field[], framing: Framing, connection: string): Buffer {
  let text = `${startLine}\r\n`
  for (const { line } of fields) text += `${line}\r\n`
  return Buffer.from(`${text}${framingLine(framing)}${connection}\r\n`, 'latin1')
}

function framingLine(framing: Framing): string {
  if (framing.kind === 'length') return `Content-Length: ${framing.bytes}\r\n`
  if (framing.kind !== 'chunked') return ''
  return `Transfer-Encoding: ${[...(framing.codings ?? []), 'chunked'].join(', ')}\r\n`
}

function upgradeLines(upgrade: string): string {
  return `Connection: Upgrade\r\nUpgrade: ${upgrade}\r\n`
}
