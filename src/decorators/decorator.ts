/**
 * Everything optional on the path is a Decorator: it watches, or changes, the requests and answers of a service it knows
 * nothing about. All hooks are optional; each may return nothing (leave it), a change, or a promise of one.
 */
import type { Exchange } from '../exchange.ts'
import type { Field, HttpVersion } from '../http1/message.ts'

export interface RequestView {
  readonly exchangeId: number
  readonly method: string
  /** request-target as received: path and query. */
  readonly target: string
  readonly version: HttpVersion
  readonly fields: readonly Field[]
}

export interface ResponseView {
  readonly version: HttpVersion
  readonly status: number
  readonly reason: string
  readonly fields: readonly Field[]
}

/** What the app is to see instead. Framing and hop-by-hop fields stay podspan's. */
export interface RequestChange {
  readonly kind: 'request'
  readonly method?: string
  readonly target?: string
  readonly fields?: readonly Field[]
}

/** What the client is to see instead of the head; the body passes as it is. */
export interface ResponseChange {
  readonly kind: 'response'
  readonly status?: number
  readonly reason?: string
  readonly fields?: readonly Field[]
}

/** A whole response in the origin's place. Framing fields in `fields` are ignored: podspan writes them for this client. */
export interface Answer {
  readonly kind: 'answer'
  readonly status: number
  readonly reason: string
  readonly fields: readonly Field[]
  readonly body: Uint8Array
}

export type Maybe<T> = T | undefined | Promise<T | undefined>

export interface Decorator {
  readonly name: string
  request?(request: RequestView): Maybe<RequestChange | Answer>
  /** `request` is the same object that the request hook saw: it may key a WeakMap. */
  response?(response: ResponseView, request: RequestView): Maybe<ResponseChange | Answer>
  /** Sees body bytes as they pass; synchronous, observes only; the bytes are valid only during the call. */
  tap?(bytes: Uint8Array, from: 'client' | 'origin', exchangeId: number): void
  end?(exchange: Exchange): void
}
