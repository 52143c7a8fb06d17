/**
 * What the admin API says, as types: the server writes them, the terminal and the dashboard read them, `/openapi.json`
 * describes them. Types only. Times are ms; `...AtMs` is the wall clock since the epoch.
 */
import type { Exchange } from '../exchange.ts'
import type { BackendState, LedgerSnapshot } from '../ledger.ts'
import type { Phases } from '../phases.ts'
import type { ResourceSample } from '../resources/sample.ts'

/**
 * GET /exchanges. With `?format=ndjson` an Exchange a line, with `?format=otlp` an ExportTraceServiceRequest. With `?follow` the
 * last `?limit` (10) a line each and then those to come; `{"missed":N}` stands where N were left out.
 */
export interface ExchangesAnswer {
  /** Oldest first. */
  readonly exchanges: readonly Exchange[]
  /**
   * How many the ring holds, and how many of these the filter matched; `exchanges` may be fewer: `?limit`, and what the ring let go
   * while the reader was waited for.
   */
  readonly held: number
  readonly matched: number
}

/** GET /exchanges/ID */
export interface ExchangeAnswer extends Phases {
  readonly exchange: Exchange
  /** Of a request that had a body. */
  readonly requestBody?: RequestBodyView
}

/** What `--capture-bodies` kept, to be sent again, or why it kept nothing. */
export type RequestBodyView =
  | { readonly kept: true; readonly base64: string; readonly contentType?: string; readonly contentEncoding?: string }
  | {
      readonly kept: false
      /** Not asked for; larger than asked for; never whole; let go, or not taken, for want of room. */
      readonly why: 'off' | 'too-large' | 'incomplete' | 'no-room'
    }

/** GET /inflight */
export interface InflightAnswer {
  readonly requests: readonly InflightView[]
  /** Of all, also those that found no slot in the table. */
  readonly count: number
}

export interface InflightView {
  readonly id: number
  readonly traceId: string
  readonly method: string
  readonly path: string
  readonly phase: 'request' | 'waiting' | 'response' | 'tunnel'
  readonly ageMs: number
}

/** GET /routes: what passed since the start, by method and route. */
export interface RoutesAnswer {
  readonly routes: readonly RouteView[]
  readonly sinceAtMs: number
}

export interface RouteView {
  /** `_OTHER` for what is no known method; empty where the row is not of one method. */
  readonly method: string
  /**
   * The template where there is one, else the path, cut short; `(other)` beyond the bound, `(refused)` for what was no request,
   * `(opaque)` for connections that were not read.
   */
  readonly route: string
  readonly count: number
  /** Answers of 5xx, and exchanges that the app or podspan did not bring to their end (fault.ts). */
  readonly errors: number
  /** Over the last minute. */
  readonly perSecond: number
  readonly errorsPerSecond: number
  /** Over the last five minutes; absent when nothing passed. */
  readonly p50Ms?: number
  readonly p95Ms?: number
  readonly p99Ms?: number
  readonly maxMs?: number
}

/** One second of traffic. */
export interface TrafficPoint {
  readonly atMs: number
  readonly requests: number
  /** As of a route. */
  readonly errors: number
  /** 4xx, requests that were refused, and clients that left before the answer. */
  readonly clientErrors: number
  readonly inflight: number
  readonly p50Ms?: number
  readonly p95Ms?: number
  readonly p99Ms?: number
  readonly bytesIn: number
  readonly bytesOut: number
}

/** A look at the container cut down to what a chart needs; absent is what could not be seen. Rates are since the look before. */
export interface ResourcePoint {
  readonly atMs: number
  readonly memoryBytes?: number
  readonly memoryLimitBytes?: number
  readonly cpuCores?: number
  readonly cpuLimitCores?: number
  /** ms per second. */
  readonly throttledMs?: number
  readonly cpuStalledMs?: number
  readonly memoryStalledMs?: number
  readonly ioStalledMs?: number
  readonly openFds?: number
}

/** GET /resources */
export interface ResourcesAnswer {
  /** The app's container, its process, the pod's network and the node, with whose figures they are in `scope`. */
  readonly latest: ResourceSample | null
  readonly history: readonly ResourcePoint[]
}

/** GET /ledger */
export interface LedgerAnswer {
  readonly ledger: LedgerSnapshot
  /** Empty when nothing is exported. */
  readonly backends: readonly BackendState[]
}

/** GET /stats: as on stdout, by endpoint. */
/** `?where` and `?limit` as in `/exchanges`. */
export type StatsAnswer = Readonly<Record<string, StatsEndpoint>>
export interface StatsEndpoint {
  readonly history: readonly unknown[]
  readonly file: boolean
  readonly pod?: string
}

/** GET /about: what stands here. */
export interface AboutAnswer {
  readonly version: string
  readonly service: string
  readonly pod?: string
  readonly namespace?: string
  readonly target: string
  readonly listen: { readonly host: string; readonly port: number }
  readonly startedAtMs: number
  readonly ringExchanges: number
}

/** GET /config: the configuration in force, every secret masked. */
export type ConfigAnswer = Readonly<Record<string, unknown>>

/** Every answer that is no success. */
export interface ErrorAnswer {
  readonly error: {
    readonly type: string
    /** What was wrong, and what to do. */
    readonly message: string
    /** Of a filter: the text up to here was understood. */
    readonly column?: number
  }
}

/**
 * GET /live: server-sent events. First one `hello`; then a `tick` every second, and `exchanges` as they come (those that
 * `?where` matches). A listener that reads too slowly misses some of them, and `missed` says how many.
 */
export type LiveEvent =
  | { readonly event: 'hello'; readonly data: LiveHello }
  | { readonly event: 'tick'; readonly data: LiveTick }
  | { readonly event: 'exchanges'; readonly data: LiveExchanges }

export interface LiveHello {
  readonly about: AboutAnswer
  /** The last quarter of an hour, oldest first. */
  readonly traffic: readonly TrafficPoint[]
  readonly resources: readonly ResourcePoint[]
  /** The newest that match. */
  readonly exchanges: readonly Exchange[]
}

export interface LiveTick {
  readonly traffic: TrafficPoint
  readonly resources?: ResourcePoint
  readonly routes: readonly RouteView[]
  /** Of the requests the hundred that have taken longest. */
  readonly inflight: InflightAnswer
  readonly ledger: LedgerAnswer
  /** What is known of the app itself: up or not, exits, kills, and whose figures the container's are. */
  readonly app?: Pick<ResourceSample, 'app' | 'scope'>
}

export interface LiveExchanges {
  readonly exchanges: readonly Exchange[]
  /** Since the event before. */
  readonly missed: number
}
