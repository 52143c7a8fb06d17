/**
 * What the threads say to each other; types only. Exchanges go packed and by a port of their own from each data thread to the
 * observer, all else as it is.
 */
import type { ClockAnchor } from './clock.ts'
import type { Config } from './config.ts'
import type { PackedExchanges } from './packing.ts'

/** What a data thread writes and others read. One that is started again goes on in it. */
export interface ThreadMemory {
  readonly ledger: SharedArrayBuffer
  readonly inflight: SharedArrayBuffer
  readonly pulse: SharedArrayBuffer
  /** The port where it takes clients. */
  readonly listening: SharedArrayBuffer
  /** The last numbers that it gave to exchanges and connections. */
  readonly numbers: SharedArrayBuffer
}

/** What the observer is told at birth. */
export interface ObserverSetup {
  readonly config: Config
  readonly anchor: ClockAnchor
  /** The observer's own books. */
  readonly ledger: SharedArrayBuffer
  /** One for each data thread, in their order. */
  readonly threads: readonly ThreadMemory[]
}

/** The observer's `workerData`. */
export interface ObserverBirth {
  readonly setup: ObserverSetup
  /** One for each data thread, in their order. */
  readonly ports: readonly MessagePort[]
  /** An int32 that becomes 1 when a fatal error has been written down. */
  readonly written: SharedArrayBuffer
  /** Where an observer before this one served the admin API; whoever looks at it comes back there. */
  readonly adminPort: number | undefined
}

/** Where a data thread hands its exchanges over: the end of a MessagePort. */
export interface ObserverPort {
  postMessage(exchanges: PackedExchanges): void
  close(): void
}

/** A data thread as seen by whoever starts the observer. */
export interface Producer {
  /** From now on hands over to the observer of this number. */
  connect(port: ObserverPort, observer: number): void
  /** That observer is gone: what it had not taken is lost, and is counted. */
  disconnect(reason: 'observer_died' | 'shutdown'): void
}

export type ToObserver =
  /** Take what the data threads handed over, flush every sink and exporter within the time given, answer `flushed`, take no more. */
  | { readonly kind: 'shutdown'; readonly withinMs: number }
  /** The process, or one data thread of several, dies of this: write it down and say so in `written`. */
  | { readonly kind: 'fatal'; readonly of: 'process' | 'thread'; readonly text: string }
  /** For tests and drills only when config.drills is set: hold the thread still, or die. */
  | { readonly kind: 'drill'; readonly what: 'block' | 'die'; readonly forMs: number }
  /** The data thread of this index was started again: its exchanges come by this port. */
  | { readonly kind: 'thread'; readonly index: number; readonly port: MessagePort }

/** Where the admin API is served, or why it is not. */
export type AdminWhere =
  | { readonly kind: 'admin'; readonly host: string; readonly port: number }
  | { readonly kind: 'no-admin'; readonly code: string }

export type FromObserver =
  | { readonly kind: 'ready' }
  | { readonly kind: 'flushed' }
  | AdminWhere
  /** A line for people, printed by the composition root on stderr. */
  | { readonly kind: 'say'; readonly text: string }

/** What a data thread that is a worker is told at birth. */
export interface DataThreadSetup {
  readonly config: Config
  readonly anchor: ClockAnchor
  readonly index: number
  readonly memory: ThreadMemory
  /** How many connections each data thread has. */
  readonly connections: SharedArrayBuffer
}

export type ToDataThread =
  /** On this port, which another data thread may have chosen. */
  | { readonly kind: 'listen'; readonly port: number }
  | { readonly kind: 'connect'; readonly port: MessagePort; readonly observer: number }
  | { readonly kind: 'disconnect'; readonly reason: 'observer_died' | 'shutdown' }
  /** Drain within the time given, hand over what waits, answer `stopped`. */
  | { readonly kind: 'stop'; readonly withinMs: number }

export type FromDataThread =
  /** Its decorators are there. */
  | { readonly kind: 'loaded' }
  | { readonly kind: 'bad-decorators'; readonly problems: readonly string[] }
  | { readonly kind: 'listening'; readonly host: string; readonly port: number }
  | { readonly kind: 'cannot-listen'; readonly code: string }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'say'; readonly text: string }
