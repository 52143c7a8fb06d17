/**
 * Opens a connection to the origin. `localhost` and IP addresses never enter the resolver, whose thread pool is shared
 * with everything slow in the process; `localhost` is tried on both families, because an app may bind only one.
 */
import { connect, type Socket } from 'node:net'
import type { Clock } from '../clock.ts'
import type { Limits } from '../limits.ts'
import { codeOf, type Wire } from './wire.ts'

export interface DialFailure {
  readonly kind: 'unreachable'
  /** The system's code, or `connect_timeout`. */
  readonly code: string
}

/** Calls back exactly once, unless the returned function cancels it first. */
export type Dial = (done: (result: Wire | DialFailure) => void) => () => void

export function createDial(
  target: { readonly host: string; readonly port: number },
  limits: Limits,
  clock: Clock,
): Dial {
  const hosts = target.host === 'localhost' ? ['127.0.0.1', '::1'] : [target.host]
  return (done) => {
    let socket: Socket | undefined
    let cancelTimer = (): void => {}
    const settle = (result: Wire | DialFailure): void => {
      cancelTimer()
      done(result)
    }
    const attempt = (index: number): void => {
      const host = hosts[index] ?? target.host
      const trying = connect({ host, port: target.port, allowHalfOpen: true, noDelay: true })
      socket = trying
      const failed = (error: Error): void => {
        if (index + 1 < hosts.length) attempt(index + 1)
        else settle({ kind: 'unreachable', code: codeOf(error) })
      }
      trying.once('error', failed)
      trying.once('connect', () => {
        trying.off('error', failed)
        settle(trying)
      })
    }
    const cancel = (): void => {
      cancelTimer()
      socket?.removeAllListeners()
      socket?.on('error', () => {}) // a late failure of a connection nobody wants any more
      socket?.destroy()
    }
    attempt(0)
    cancelTimer = clock.after(limits.connectMs, () => {
      cancel()
      done({ kind: 'unreachable', code: 'connect_timeout' })
    })
    return cancel
  }
}
