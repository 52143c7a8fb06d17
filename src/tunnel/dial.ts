/**
 * Opens a connection to the origin. `localhost` and IP addresses never enter the resolver, whose thread pool is shared
 * with everything slow in the process; `localhost` is tried on both families, because an app may bind only one.
 */
import type { Clock } from '../clock.ts'
import type { Target } from '../config.ts'
import type { Limits } from '../limits.ts'
import { OriginSocket } from './origin-socket.ts'
import type { ReadBuffers } from './read-buffers.ts'
import { isExhausted } from './unreachable.ts'
import { codeOf, type Wire } from './wire.ts'

export interface DialFailure {
  readonly kind: 'unreachable'
  /** The system's code, or `connect_timeout`. */
  readonly code: string
}

const LOOPBACKS = ['127.0.0.1', '::1']

/** Calls back exactly once, unless the returned function cancels it first. */
export type Dial = (done: (result: Wire | DialFailure) => void) => () => void

/** One place that is known from the start; what a request names is made into one of these first. */
export type DialTarget = Exclude<Target, { readonly kind: 'named' }>
type Place = { readonly path: string } | { readonly host: string; readonly port: number }

/** Where a connection may go, tried in order. */
function placesOf(target: DialTarget): readonly Place[] {
  if (target.kind === 'unix') return [{ path: target.path }]
  const { host, port } = target
  return host === 'localhost' ? LOOPBACKS.map((loopback) => ({ host: loopback, port })) : [{ host, port }]
}

export interface DialParts {
  readonly limits: Limits
  readonly clock: Clock
  readonly buffers: ReadBuffers
}

export function createDial(target: DialTarget, { limits, clock, buffers }: DialParts): Dial {
  const places = placesOf(target)
  return (done) => {
    let socket: OriginSocket | undefined
    let cancelTimer = (): void => {}
    const settle = (result: Wire | DialFailure): void => {
      cancelTimer()
      done(result)
    }
    const attempt = ([place, ...others]: readonly Place[]): void => {
      if (place === undefined) return
      const trying = new OriginSocket(buffers, 'path' in place ? place.path : undefined)
      socket = trying
      const failed = (error: Error): void => {
        const code = codeOf(error)
        // Another address would say that nobody listens there, and blame the app for a descriptor that we did not have.
        if (others.length > 0 && !isExhausted(code)) attempt(others)
        else settle({ kind: 'unreachable', code })
      }
      trying.once('error', failed)
      trying.once('connect', () => {
        trying.off('error', failed)
        settle(trying)
      })
      if ('path' in place) trying.connect(place.path)
      else trying.setNoDelay(true).connect(place)
    }
    const cancel = (): void => {
      cancelTimer()
      socket?.removeAllListeners()
      socket?.on('error', () => {}) // a late failure of a connection nobody wants any more
      socket?.destroy()
    }
    attempt(places)
    cancelTimer = clock.after(limits.connectMs, () => {
      cancel()
      done({ kind: 'unreachable', code: 'connect_timeout' })
    })
    return cancel
  }
}
