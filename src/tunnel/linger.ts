/**
 * RFC 9112 §9.6: says FIN and goes on reading for a while, because closing with unread bytes makes the kernel send RST,
 * which would take our last answer from the client's buffer.
 */
import type { Clock } from '../clock.ts'
import type { Wire } from './wire.ts'

/** Returns what cancels the waiting, for a client that closed by itself. */
export function closeLingering(client: Wire, clock: Clock, lingerMs: number): () => void {
  let cancel = (): void => {}
  // Only from the moment the FIN is out: before it, a slow client is still reading its answer.
  client.end(() => {
    cancel = clock.after(lingerMs, () => client.destroy())
  })
  client.resume()
  return () => cancel()
}
