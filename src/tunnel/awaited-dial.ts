/**
 * Dials an app that is still starting: until it has accepted its first connection, one that it refuses is tried again for a
 * while, so that those who come early wait instead of failing. Once it was there, a refusal is news and is told at once.
 */
import type { Clock } from '../clock.ts'
import type { Dial } from './dial.ts'

export interface Awaiting {
  readonly clock: Clock
  /** For one connection, all in all. */
  readonly waitMs: number
  readonly everyMs: number
}

/** What an app that does not listen yet looks like, by port and by path. */
const NOT_YET = new Set(['ECONNREFUSED', 'ENOENT'])

export function awaitedDial(dial: Dial, { clock, waitMs, everyMs }: Awaiting): Dial {
  let wasThere = false
  return (done) => {
    const untilMs = clock.monotonicMs() + waitMs
    let cancel: () => void
    const attempt = (): void => {
      cancel = dial((result) => {
        const isFailure = 'kind' in result
        wasThere ||= !isFailure
        const isStarting = isFailure && NOT_YET.has(result.code) && !wasThere
        if (isStarting && clock.monotonicMs() + everyMs <= untilMs) cancel = clock.after(everyMs, attempt)
        else done(result)
      })
    }
    attempt()
    return () => cancel()
  }
}
