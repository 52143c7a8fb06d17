/** What the way back of a turn stands between, and what it tells; types only. */

import type { ExchangeError, Outcome } from '../exchange.ts'
import type { OriginLink } from './origin-link.ts'
import type { Outgoing } from './outgoing.ts'
import type { TunnelParts } from './parts.ts'
import type { Wire } from './wire.ts'

export interface ClientSide {
  readonly parts: TunnelParts
  readonly origin: OriginLink
  readonly client: Wire
  readonly outgoing: Outgoing
  /** Whether this connection has had as many requests as one may have. */
  readonly isLastRequest: boolean
}

export interface AnswerEvents {
  readonly requestDone: boolean
  /** The answer is out, and the request in; which of the two connections may serve another. */
  answered(keep: { readonly client: boolean; readonly origin: boolean }): void
  failed(outcome: Outcome, error: ExchangeError): void
  upgraded(protocol: string, early: Buffer): void
  /** The origin's end, put off while a decorator was deciding. */
  originEnded(code: string | undefined): void
}
