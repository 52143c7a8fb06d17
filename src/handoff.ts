/**
 * What the data thread and the observer thread say to each other; types only. Exchanges go packed, all else as it is.
 */
import type { ClockAnchor } from './clock.ts'
import type { Config } from './config.ts'
import type { PackedExchanges } from './packing.ts'

/** The observer's `workerData`: all that it is told at birth. */
export interface ObserverSetup {
  readonly config: Config
  readonly anchor: ClockAnchor
  readonly ledger: SharedArrayBuffer
  readonly inflight: SharedArrayBuffer
  readonly pulse: SharedArrayBuffer
}

export type ToObserver =
  | { readonly kind: 'batch'; readonly exchanges: PackedExchanges }
  /** Flush every sink and exporter within the time given, answer `flushed`, take no more. */
  | { readonly kind: 'shutdown'; readonly withinMs: number }
  /** For tests and drills only when config.drills is set: hold the thread still, or die. */
  | { readonly kind: 'drill'; readonly what: 'block' | 'die'; readonly forMs: number }

export type FromObserver =
  | { readonly kind: 'ready' }
  | { readonly kind: 'flushed' }
  /** A line for people, printed by the composition root on stderr. */
  | { readonly kind: 'say'; readonly text: string }
