/**
 * RFC 9112 §9.6: says FIN and goes on reading for a while, because closing with unread bytes makes the kernel send RST,
 * which would take our last answer from the client's buffer. It knows no HTTP.
 */
import type { Clock } from '../clock.ts'
import type { Wire } from './wire.ts'

/**
 * Returns what cancels the waiting, for a client that closed by itself. `isSilent`: nothing more will come, so that closing is all there is
 * to do: to wait for the client's FIN and read it would be a seventh of a connection that is made for one request.
 */
export function closeInPeace(client: Wire, clock: Clock, lingerMs: number, isSilent: boolean): () => void {
  let cancel = (): void => {}
  // Destroyed with bytes that wait here they would be lost; what the kernel has it sends.
  if (isSilent && client.writableLength === 0) client.destroy()
  else {
    // Only from the moment the FIN is out: before it, a slow client is still reading its answer.
    client.end(() => {
      cancel = clock.after(lingerMs, () => client.destroy())
    })
    client.resume()
  }
  return () => cancel()
}
