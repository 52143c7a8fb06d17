/** What it means that the app could not be connected to: how the exchange ends, and what the client is told. Pure. */
import type { ExchangeError, Outcome } from '../exchange.ts'

/** Of this process, not of the app: no descriptor or port was left for one more connection. */
const EXHAUSTED = new Set(['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM', 'EADDRNOTAVAIL'])

/** Whether a connection could not be made for want of something of our own. */
export function isExhausted(code: string): boolean {
  return EXHAUSTED.has(code)
}

export function unreachable(
  code: string,
): Pick<ExchangeError, 'at'> & { outcome: Outcome; status: number; text: string } {
  if (code === 'connect_timeout') {
    return { outcome: 'timed-out', at: 'origin', status: 504, text: 'the app did not accept a connection in time' }
  }
  const isOurs = isExhausted(code)
  const text = isOurs
    ? `no connection to the app could be made (${code}): too many are open`
    : `the app did not accept a connection (${code}); is it listening on the target's port?`
  return { outcome: 'origin-unreachable', at: isOurs ? 'sidecar' : 'origin', status: isOurs ? 503 : 502, text }
}
