/**
 * A raw HTTP response as people write it in a template string → an Answer: blank lines first, bare LF, HTTP/1.0, a wrong
 * Content-Length or none are all repaired; what could mean two things is refused with the line it stands on.
 * It does not know who asked: version, framing and HEAD are the tunnel's.
 */
import type { Field } from '../http1/message.ts'
import type { Answer } from './decorator.ts'
import { isText, makeField } from './field.ts'

export type RawResponse =
  | { readonly ok: true; readonly answer: Answer }
  | { readonly ok: false; readonly message: string }

/** One line without its end, and where the next one begins. `number` counts from 1. */
interface Line {
  readonly text: string
  readonly number: number
  readonly next: number
}

interface Head {
  readonly status: number
  readonly reason: string
  readonly fields: readonly Field[]
  readonly bodyAt: number
}

const LF = 0x0a
const STATUS_LINE = /^HTTP\/1\.[01][ \t]+(\d{3})(?:[ \t]+(.*))?$/i
/** RFC 9110 §7.6.1 and RFC 9112 §6: they speak of one connection, and that connection is podspan's. */
const OF_THE_CONNECTION: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])
/** RFC 9110 §15.3.5, §15.3.6, §15.4.5: these have no content. */
const BODILESS: ReadonlySet<number> = new Set([204, 205, 304])
const NOTHING = new Uint8Array(0)

/** Never throws. A string is sent as UTF-8; `message` says what is wrong, and in which line, counted from 1. */
export function parseRawResponse(raw: string | Uint8Array): RawResponse {
  if (typeof raw !== 'string' && !(raw instanceof Uint8Array)) {
    return refuse('a raw response is a string or a Uint8Array')
  }
  const bytes = typeof raw === 'string' ? new TextEncoder().encode(raw) : new Uint8Array(raw) // ours: theirs may change
  const head = parseHead(bytes)
  if (typeof head === 'string') return refuse(head)
  const { status, reason, fields, bodyAt } = head
  const body = BODILESS.has(status) ? NOTHING : bodyOf(fields, bytes.subarray(bodyAt))
  return { ok: true, answer: { kind: 'answer', status, reason, fields: endToEnd(fields), body } }
}

function refuse(message: string): RawResponse {
  return { ok: false, message }
}

function parseHead(bytes: Uint8Array): Head | string {
  let line = readLine(bytes, 0, 1)
  while (line !== undefined && isBlank(line)) line = readLine(bytes, line.next, line.number + 1)
  if (line === undefined) return 'an empty text is not a response: it begins with a status line, HTTP/1.1 200 OK'
  // Template strings are written where the code is indented: what stands before the status line stands before the fields.
  const indent = /^[ \t]*/.exec(line.text)?.[0] ?? ''
  const first = parseStatusLine(line, indent)
  if (typeof first === 'string') return first
  const fields: Field[] = []
  for (;;) {
    const next = readLine(bytes, line.next, line.number + 1)
    if (next === undefined || isBlank(next)) return { ...first, fields, bodyAt: next?.next ?? bytes.length }
    const field = parseField(next, indent)
    if (typeof field === 'string') return field
    fields.push(field)
    line = next
  }
}

function parseStatusLine(line: Line, indent: string): { status: number; reason: string } | string {
  const [matched, digits = '', reason = ''] =
    STATUS_LINE.exec(line.text.slice(indent.length).replace(/[ \t]+$/, '')) ?? []
  if (matched === undefined) return `line ${line.number}: not a status line such as HTTP/1.1 404 Not Found`
  const status = Number(digits)
  if (status < 200 || status > 599)
    return `line ${line.number}: ${digits} is not the status of a whole answer (200 to 599)`
  if (!isText(reason)) return `line ${line.number}: the reason holds a control character`
  return { status, reason }
}

function parseField(line: Line, indent: string): Field | string {
  const text = line.text.startsWith(indent) ? line.text.slice(indent.length) : line.text
  const colon = text.indexOf(':')
  // Also what RFC 9112 §5.2 calls obs-fold: a line that continues the one before.
  if (colon < 1)
    return `line ${line.number}: not a field line such as Content-Type: text/html (is the blank line missing?)`
  const field = makeField(text.slice(0, colon), text.slice(colon + 1))
  return typeof field === 'string' ? `line ${line.number}: ${field}` : field
}

function readLine(bytes: Uint8Array, from: number, number: number): Line | undefined {
  if (from >= bytes.length) return undefined
  const lf = bytes.indexOf(LF, from)
  const end = lf === -1 ? bytes.length : lf
  return { text: latin1(bytes.subarray(from, end)).replace(/\r$/, ''), number, next: lf === -1 ? end : lf + 1 }
}

function isBlank(line: Line): boolean {
  return /^[ \t]*$/.test(line.text)
}

/** One character a byte: TextDecoder's latin1 is windows-1252, which is something else. */
function latin1(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')
}

function endToEnd(fields: readonly Field[]): readonly Field[] {
  const named = fields.filter(({ key }) => key === 'connection').flatMap(({ value }) => value.toLowerCase().split(','))
  const dropped = new Set(named.map((name) => name.trim()))
  return fields.filter(({ key }) => !OF_THE_CONNECTION.has(key) && !dropped.has(key))
}

/** A recorded answer keeps its chunks. Where the text is not what the field says it is, it is taken as it stands. */
function bodyOf(fields: readonly Field[], body: Uint8Array): Uint8Array {
  const chunked = fields.some(({ key, value }) => key === 'transfer-encoding' && /\bchunked$/i.test(value))
  return (chunked ? dechunk(body) : undefined) ?? body
}

function dechunk(body: Uint8Array): Uint8Array | undefined {
  const pieces: Uint8Array[] = []
  let at = 0
  for (;;) {
    const line = readLine(body, at, 1)
    const size = /^([0-9a-f]{1,8})[ \t]*(?:;.*)?$/i.exec(line?.text ?? '')?.[1]
    if (line === undefined || size === undefined) return undefined
    if (Number.parseInt(size, 16) === 0) return join(pieces)
    const end = line.next + Number.parseInt(size, 16)
    const after = readLine(body, end, 1)
    if (after?.text !== '') return undefined
    pieces.push(body.subarray(line.next, end))
    at = after.next
  }
}

function join(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((bytes, piece) => bytes + piece.length, 0))
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}
