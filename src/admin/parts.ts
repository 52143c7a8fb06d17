/** What the admin API shows, as the observer gives it; types only. */
import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import type { Exchange } from '../exchange.ts'
import type { InflightRequest } from '../inflight.ts'
import type { BackendState, Ledger } from '../ledger.ts'
import type { Bodies } from '../observer/bodies.ts'
import type { Overview } from '../observer/overview.ts'
import type { Ring } from '../observer/ring.ts'
import type { Observed } from '../observer/stats.ts'

/** Spans of these as one OTLP/JSON request. */
export type SpansJson = (exchanges: readonly Exchange[]) => string

export interface AdminParts {
  readonly config: Config
  readonly clock: Clock
  readonly ledger: Ledger
  readonly ring: Ring<Observed>
  readonly bodies: Bodies
  readonly overview: Overview
  readonly inflight: () => readonly InflightRequest[]
  /** Also those that found no slot in the table. */
  readonly inflightCount: () => number
  /** Where clients are taken now; 0 while none are: it has not begun, or is stopping. */
  readonly listeningPort: () => number
  readonly backends: () => readonly BackendState[]
  /** Loaded when it is asked for the first time; undefined where OpenTelemetry cannot be had. */
  readonly spansJson: () => Promise<SpansJson | undefined>
  /** A line for people. */
  readonly say: (text: string) => void
}
