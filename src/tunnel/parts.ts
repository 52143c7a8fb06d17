/** What every connection of a tunnel shares; types only. */
import type { Clock } from '../clock.ts'
import type { Chain } from '../decorators/chain.ts'
import type { ExchangeSink, ExchangeTrace } from '../exchange.ts'
import type { Field } from '../http1/message.ts'
import type { InflightTable } from '../inflight.ts'
import type { Limits } from '../limits.ts'
import type { Dial } from './dial.ts'
import type { ForwardingField } from './forwarding.ts'

export interface TunnelParts {
  readonly clock: Clock
  readonly limits: Limits
  readonly sink: ExchangeSink
  readonly inflight: InflightTable
  readonly chain: Chain
  readonly dial: Dial
  /** Continues the caller's trace or begins one, and gives the fields that tell the app. */
  readonly trace: (fields: readonly Field[]) => { readonly trace: ExchangeTrace; readonly headers: readonly Field[] }
  /** The next number, for exchanges and for connections. */
  readonly nextExchangeId: () => number
  readonly nextConnectionId: () => number
  /** Fields that tell the next reader about this hop; none unless asked for. */
  readonly forwarding: readonly ForwardingField[]
  /** True once the process is stopping: answers then say `Connection: close`. */
  readonly isDraining: () => boolean
}
