/** The parts of an HTTP/1.1 message as they come out of a decoder and go into an encoder. */

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
  return { name, key: name.toLowerCase(), value, line: `${name}: ${value}` }
}

/** The values of every line with this (lower-case) name, in order. */
export function allValues(fields: readonly Field[], key: string): string[] {
  return fields.filter((each) => each.key === key).map((each) => each.value)
}

/** The value of the first line with this (lower-case) name. */
export function firstValue(fields: readonly Field[], key: string): string | undefined {
  return fields.find((each) => each.key === key)?.value
}
