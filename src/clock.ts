/**
 * The only source of time and of timers. Everything else receives a Clock, so that a test can hold time still.
 *
 * Durations come from the monotonic clock of the machine, which every thread reads alike; the wall clock is read once,
 * as an anchor for the whole process, because it may step at any moment (NTP, a suspended VM).
 */

// The global of that name is a getter, which is called anew for each reading.
import { performance } from 'node:perf_hooks'

/** One reading of both clocks at the same moment; handed to every thread so that all place an instant alike. */
export interface ClockAnchor {
  readonly wallMs: number
  readonly monotonicMs: number
}

export interface Clock {
  readonly anchor: ClockAnchor
  /** Milliseconds since the epoch, fractional, steady: the anchor plus what the monotonic clock has counted since. */
  wallMs(): number
  /** Milliseconds of CLOCK_MONOTONIC, fractional; comparable between threads. */
  monotonicMs(): number
  /** Calls back once after `delayMs`; returns the cancel. The timer does not keep the process alive. */
  after(delayMs: number, callback: () => void): () => void
  /** Calls back when this turn of the event loop has read from all sockets that had something. */
  afterReading(callback: () => void): void
}

/** `anchor` is left out on the first thread and passed on to the others. */
export function createClock(anchor?: ClockAnchor): Clock {
  // performance.now() is a third cheaper than hrtime.bigint() but counts from the start of its own thread: one offset joins them.
  const offsetMs = Number(process.hrtime.bigint()) / 1e6 - performance.now()
  const monotonicMs = (): number => performance.now() + offsetMs
  const own = anchor ?? { wallMs: Date.now(), monotonicMs: monotonicMs() }
  return {
    anchor: own,
    monotonicMs,
    wallMs: () => own.wallMs + (monotonicMs() - own.monotonicMs),
    after(delayMs, callback) {
      const timer = setTimeout(callback, delayMs)
      timer.unref()
      return () => clearTimeout(timer)
    },
    afterReading: setImmediate,
  }
}

/** Calls `work` every `periodMs` until the returned function is called; the next turn is set only when the last is done. */
export function every(clock: Clock, periodMs: number, work: () => void): () => void {
  let isStopped = false
  let cancel = clock.after(periodMs, turn)
  function turn(): void {
    work()
    if (!isStopped) cancel = clock.after(periodMs, turn)
  }
  return () => {
    isStopped = true
    cancel()
  }
}

/** Keeps the process alive until the returned function is called: for a program that waits with nothing but a Clock. */
export function holdProcess(): () => void {
  const timer = setInterval(() => undefined, 2 ** 30)
  return () => clearInterval(timer)
}
