/**
 * How long a peer is waited for. All connections are looked at on one slow beat: a timer for each would cost every request
 * two changes of a heap, and one byte could set it back. It knows no socket; a connection says what it waits for.
 */
import { type Clock, every } from '../clock.ts'
import type { Limits } from '../limits.ts'

/**
 * What a connection waits for, on each of its sides. `idle`: a request. `head`: the rest of a head. `body`: the rest of a
 * request body. `reader`: a client that takes its answer. `halfClosed`: an answer for a client that will ask nothing more. `answer`: the app's response head. `originIdle`: anything to ask the
 * app. `tunnel`: any byte at all.
 */
export type Wait = 'idle' | 'head' | 'body' | 'reader' | 'halfClosed' | 'answer' | 'originIdle' | 'tunnel'

export interface Waiting {
  readonly for: Wait
  /** Changes when the waiting begins anew: the number of the request. */
  readonly turn: number
  /** Bytes that have moved so far. */
  readonly bytes: number
}

/**
 * Calls `look` on every beat with the time in which this thread could have heard its peers: after a pause of its own (a
 * blocked event loop, a CPU quota used up) the beats that it missed are not held against anybody, and nothing is judged
 * before what arrived meanwhile has been read.
 */
export function beat(clock: Clock, beatMs: number, look: (heardMs: number) => void): () => void {
  let heardMs = 0
  let lastMs = clock.monotonicMs()
  return every(clock, beatMs, () => {
    const nowMs = clock.monotonicMs()
    const isLate = nowMs - lastMs > 2 * beatMs
    lastMs = nowMs
    heardMs += beatMs
    if (!isLate) look(heardMs)
  })
}

/** What one connection waits for at a time: of its client, of that client's reading, and of the app. */
export interface Waits {
  readonly client?: Waiting | undefined
  readonly reader?: Waiting | undefined
  readonly origin?: Waiting | undefined
}

export class Patience {
  readonly #client = new Watch()
  readonly #reader = new Watch()
  readonly #origin = new Watch()

  /** What has been waited for too long, each beat at most one. */
  over(heardMs: number, { client, reader, origin }: Waits, limits: Limits): Wait | undefined {
    const clientOver = this.#client.isOver(heardMs, client, limits)
    const readerOver = this.#reader.isOver(heardMs, reader, limits)
    const originOver = this.#origin.isOver(heardMs, origin, limits)
    if (clientOver) return client?.for
    if (readerOver) return reader?.for
    return originOver ? origin?.for : undefined
  }

  /** Of the time in which it could have been heard: when its client will have been waited for too long, if nothing changes. */
  clientDueMs(limits: Limits): number {
    return this.#client.dueMs(limits)
  }
}

/** One side of one connection: since when it waits for the same thing, and how far that has come. */
export class Watch {
  #for: Wait | undefined
  #turn = 0
  #sinceMs = 0
  #bytes = 0

  /** Whether this has now been waited for too long, or too slowly. Undefined: nothing is waited for. */
  isOver(heardMs: number, waiting: Waiting | undefined, limits: Limits): boolean {
    if (waiting === undefined || waiting.for !== this.#for || waiting.turn !== this.#turn) {
      this.#for = waiting?.for
      this.#turn = waiting?.turn ?? 0
      this.#begin(heardMs, waiting?.bytes ?? 0)
      return false
    }
    const windowMs = windowOf(waiting.for, limits)
    if (windowMs === 0 || heardMs - this.#sinceMs < windowMs) return false
    if (waiting.bytes - this.#bytes < neededBytes(waiting.for, limits)) return true
    this.#begin(heardMs, waiting.bytes)
    return false
  }

  /** Infinity: it is waited for without end. */
  dueMs(limits: Limits): number {
    const windowMs = this.#for === undefined ? 0 : windowOf(this.#for, limits)
    return windowMs === 0 ? Number.POSITIVE_INFINITY : this.#sinceMs + windowMs
  }

  #begin(heardMs: number, bytes: number): void {
    this.#sinceMs = heardMs
    this.#bytes = bytes
  }
}

/** 0: waited for without end. */
function windowOf(wait: Wait, limits: Limits): number {
  if (wait === 'idle') return limits.idleMs
  if (wait === 'head') return limits.headMs
  if (wait === 'answer') return limits.responseHeadMs
  if (wait === 'tunnel') return limits.tunnelIdleMs
  if (wait === 'originIdle') return limits.originIdleMs
  if (wait === 'reader') return limits.readerMs
  if (wait === 'halfClosed') return limits.halfClosedMs
  return limits.bodyBytesPerSecondMin === 0 ? 0 : limits.bodyWindowMs
}

/** What must have moved within the window for the waiting to go on: one byte does not set back a clock that counts bytes. */
function neededBytes(wait: Wait, { bodyBytesPerSecondMin, bodyWindowMs }: Limits): number {
  if (wait === 'tunnel' || wait === 'reader' || wait === 'halfClosed') return 1
  if (wait === 'body') return (bodyBytesPerSecondMin * bodyWindowMs) / 1_000
  return Number.POSITIVE_INFINITY
}
