/** What every connection of a tunnel shares; types only. */
import type { Clock } from '../clock.ts'
import type { Chain } from '../decorators/chain.ts'
import type { Exchange, RecordSink } from '../exchange.ts'
import type { InflightTable } from '../inflight.ts'
import type { Limits } from '../limits.ts'
import type { Tracer } from '../trace/context.ts'
import type { BodyRoom } from './body-capture.ts'
import type { FindDestination } from './destination.ts'
import type { Flushes } from './flushes.ts'
import type { ForwardingField } from './forwarding.ts'

export interface TunnelParts {
  readonly clock: Clock
  readonly limits: Limits
  readonly sink: RecordSink
  readonly flushes: Flushes
  readonly inflight: InflightTable
  readonly chain: Chain
  /** `server`: before the app. `client`: before what the app calls. */
  readonly kind: Exchange['kind']
  readonly destination: FindDestination
  /** Continues the caller's trace or begins one, and gives the fields that hand it on. */
  readonly trace: Tracer
  /** The next number, for exchanges and for connections. */
  readonly nextExchangeId: () => number
  readonly nextConnectionId: () => number
  /** Proxies in front of us that are believed, and the fields that are kept for the record. */
  readonly record: {
    readonly trustedHops: number
    readonly capture: { readonly request: readonly string[]; readonly response: readonly string[] }
  }
  /** For request bodies that are kept; absent when none are. */
  readonly bodies?: BodyRoom
  /** Fields that tell the next reader about this hop; none unless asked for. */
  readonly forwarding: readonly ForwardingField[]
  /** True once the process is stopping: answers then say `Connection: close`. */
  readonly isDraining: () => boolean
}
