/** Traffic second by second, for charts: what happened before somebody looked. It knows no clock: it is told when a second is over. */
import type { TrafficPoint } from '../admin/shapes.ts'
import type { Exchange } from '../exchange.ts'
import { faultOf } from '../fault.ts'
import { BUCKETS, bucketOf, percentilesOf } from './latencies.ts'
import { Ring } from './ring.ts'

export class Traffic {
  readonly #points: Ring<TrafficPoint>
  readonly #latencies = new Uint32Array(BUCKETS)
  #maxMs = 0
  #requests = 0
  #errors = 0
  #clientErrors = 0
  #bytesIn = 0
  #bytesOut = 0

  constructor(seconds: number) {
    this.#points = new Ring(seconds)
  }

  take(exchange: Exchange): void {
    const { request, response, upgrade, eventStream, durationMs } = exchange
    const fault = faultOf(exchange)
    this.#requests++
    if (fault === 'server') this.#errors++
    else if (fault === 'client') this.#clientErrors++
    this.#bytesIn += (request?.bytes ?? 0) + (upgrade?.bytesIn ?? 0)
    this.#bytesOut += (response?.bytes ?? 0) + (upgrade?.bytesOut ?? 0)
    // The lifetime of a stream is no duration of a request.
    if (upgrade !== undefined || eventStream !== undefined) return
    const bucket = bucketOf(durationMs)
    this.#latencies[bucket] = (this.#latencies[bucket] ?? 0) + 1
    if (durationMs > this.#maxMs) this.#maxMs = durationMs
  }

  /** The second that ended now, as a point. */
  endSecond(atMs: number, inflight: number): TrafficPoint {
    const point = {
      atMs: Math.round(atMs),
      requests: this.#requests,
      errors: this.#errors,
      clientErrors: this.#clientErrors,
      inflight,
      ...percentilesOf(this.#latencies, this.#maxMs),
      bytesIn: this.#bytesIn,
      bytesOut: this.#bytesOut,
    }
    this.#latencies.fill(0)
    this.#maxMs = this.#requests = this.#errors = this.#clientErrors = this.#bytesIn = this.#bytesOut = 0
    this.#points.push(point)
    return point
  }

  /** Oldest first. */
  points(): TrafficPoint[] {
    return this.#points.latest()
  }
}
