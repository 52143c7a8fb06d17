/** Whose fault an exchange was, for whoever counts errors. Pure. */
import type { Exchange } from './exchange.ts'

/**
 * `server`: the app or podspan did not do what was asked. `client`: it asked for what cannot be had, or left before the answer.
 * Undefined: nothing went wrong. Who leaves a stream of events or a tunnel ends it in the usual way.
 */
export function faultOf({ outcome, error, response, upgrade, eventStream }: Exchange): 'server' | 'client' | undefined {
  if (outcome === 'client-aborted') return upgrade === undefined && eventStream === undefined ? 'client' : undefined
  if (outcome === 'refused-request') return 'client'
  if (outcome === 'timed-out') return error?.at === 'client' ? 'client' : 'server'
  if (outcome !== 'complete') return 'server'
  const status = response?.status ?? 0
  if (status >= 500) return 'server'
  return status >= 400 ? 'client' : undefined
}
