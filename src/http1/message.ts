/** The parts of an HTTP/1.1 message as they come out of a decoder and go into an encoder. */

import { keyOf } from './field-names.ts'

/** One field line. `line` is what was received, without CRLF, latin1: what nobody changed is sent on byte for byte. */
export interface Field {
  /** As received, case kept. */
  readonly name: string
  /** Lower case, for comparing. */
  readonly key: string
  /** Without the white space around it. */
  readonly value: string
  readonly line: string
}

export type HttpVersion = '1.0' | '1.1'

/** How the end of a body is found (RFC 9112 §6.3). */
export type Framing =
  | { readonly kind: 'none' }
  | { readonly kind: 'length'; readonly bytes: number }
  /** `codings`: what stands before chunked, passed on as it is (`gzip`); none of them is undone here. */
  | { readonly kind: 'chunked'; readonly codings?: readonly string[] }
  | { readonly kind: 'until-close' }

export interface RequestHead {
  readonly method: string
  /** request-target as received. */
  readonly target: string
  readonly version: HttpVersion
  readonly fields: readonly Field[]
  /** The same without what is for one hop only; order, case, duplicates and bytes as they were. */
  readonly endToEnd: readonly Field[]
  /** Those as they are written, each line with its CRLF. */
  readonly endToEndLines: string
  /** The whole as received, and its field lines, by which the next message on the connection is compared. */
  readonly block: string
  readonly fieldLines: string
  readonly framing: Framing
  /** RFC 9112 §9.3: whether the connection may be used again after this message. */
  readonly keepAlive: boolean
  /** The Upgrade token asked for, when `Connection: upgrade` stands beside it on HTTP/1.1 (RFC 9110 §7.8). */
  readonly upgrade: string | undefined
  /** `Expect: 100-continue` alone (RFC 9110 §10.1.1). */
  readonly expectContinue: boolean
}

export interface ResponseHead {
  readonly version: HttpVersion
  readonly status: number
  readonly reason: string
  readonly fields: readonly Field[]
  /** The same without what is for one hop only; order, case, duplicates and bytes as they were. */
  readonly endToEnd: readonly Field[]
  /** Those as they are written, each line with its CRLF. */
  readonly endToEndLines: string
  /** The whole as received, and its field lines, by which the next message on the connection is compared. */
  readonly block: string
  readonly fieldLines: string
  /** Of the request that it answers. */
  readonly requestMethod: string
  /** Of the body that follows: none after HEAD, 1xx, 204 and 304. */
  readonly framing: Framing
  /** What the fields say, body or not. */
  readonly declared: Framing
  readonly keepAlive: boolean
  readonly upgrade: string | undefined
}

export type Part<Head> =
  | { readonly kind: 'head'; readonly head: Head }
  /** Body bytes without framing. Valid until the next call of the decoder. */
  | { readonly kind: 'data'; readonly bytes: Buffer }
  | { readonly kind: 'end'; readonly trailers: readonly Field[] }

/** A field of our own making. */
export function field(name: string, value: string): Field {
  return { name, key: keyOf(name), value, line: `${name}: ${value}` }
}

/** Fields as they are written, each line with its CRLF. */
export function linesOf(fields: readonly Field[]): string {
  let lines = ''
  for (const { line } of fields) lines += `${line}\r\n`
  return lines
}

/** A latin1 text in memory of its own: as long as they are kept, a slice of Node's pool would keep 8 KiB. */
export function bytesOf(text: string): Buffer {
  const bytes = Buffer.allocUnsafeSlow(text.length)
  bytes.write(text, 'latin1')
  return bytes
}

/** The values of every line with this (lower-case) name, in order. */
export function allValues(fields: readonly Field[], key: string): readonly string[] {
  let values: string[] | undefined
  for (const each of fields) {
    if (each.key !== key) continue
    if (values === undefined) values = [each.value]
    else values.push(each.value)
  }
  return values ?? NO_VALUES
}

/** The value of the first line with this (lower-case) name. */
export function firstValue(fields: readonly Field[], key: string): string | undefined {
  for (const each of fields) if (each.key === key) return each.value
  return undefined
}

const NO_VALUES: readonly string[] = Object.freeze([])
