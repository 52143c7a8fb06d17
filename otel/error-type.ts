/** error.type of an exchange: the same value on its span and on its metrics, so its values must be few. */
import type { Exchange } from '../src/exchange.ts'
import { OTHER } from './attributes.ts'

/** Codes of the system that a connection to the origin meets, and ours. */
const KNOWN: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'connect_timeout',
  'closed_before_head',
  'truncated_body',
  'bad_status_line',
  'unexpected_101',
  'stopped',
  'podspan.app_oom_killed',
  'podspan.app_exited',
])

/**
 * Undefined where nothing failed on the server's side: a 4xx is the client's error and a client that leaves has cancelled
 * on purpose (both stay visible in podspan.outcome). A cause beats the status it led to: ECONNREFUSED says more than 502.
 */
export function errorTypeOf({ kind, outcome, error, response }: Exchange): string | undefined {
  if (outcome === 'client-aborted' || outcome === 'refused-request') return undefined
  if (error !== undefined) return KNOWN.has(error.type) ? error.type : OTHER
  // A 4xx is the client's error, and on the client's side it is one.
  const failsFrom = kind === 'client' ? 400 : 500
  return response !== undefined && response.status >= failsFrom ? String(response.status) : undefined
}
