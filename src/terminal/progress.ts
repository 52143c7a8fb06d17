/** A line for whoever waits longer than a second: what is being done, and for how long. It leaves nothing behind. */
import { type Clock, every } from '../clock.ts'

export interface ProgressOptions {
  readonly clock: Clock
  /** To stderr, as it is. */
  readonly write: (text: string) => void
  /** Whether a person looks at it: into a file nothing is written. */
  readonly isTty: boolean
}

export interface Progress {
  /** Takes the line away, so that something else can stand there; it comes back with the next second. */
  clear(): void
  stop(): void
}

const SECOND_MS = 1_000
const ERASE = '\r\x1b[K'

export function startProgress(what: string, { clock, write, isTty }: ProgressOptions): Progress {
  let isShown = false
  const startedMs = clock.monotonicMs()
  const clear = (): void => {
    if (isShown) write(ERASE)
    isShown = false
  }
  const cancel = every(clock, SECOND_MS, () => {
    if (!isTty) return
    write(`${ERASE}${what} (${Math.round((clock.monotonicMs() - startedMs) / SECOND_MS)} s)`)
    isShown = true
  })
  return {
    clear,
    stop() {
      cancel()
      clear()
    },
  }
}
