/**
 * A body that nobody will get, read to a bound so that its connection may serve another request. Beyond the bound, in bytes
 * or in time, closing that connection is cheaper.
 */
import type { Clock } from '../clock.ts'
import type { Framing } from '../http1/message.ts'
import type { Limits } from '../limits.ts'

/** Whether its end can be reached within the bound, as far as its head tells. */
export function isWorthReading(framing: Framing, { discardBytesMax }: Limits): boolean {
  return framing.kind !== 'until-close' && !(framing.kind === 'length' && framing.bytes > discardBytesMax)
}

export class Discard {
  readonly #bytesMax: number
  readonly #giveUp: () => void
  readonly stop: () => void
  #bytes = 0

  constructor({ discardBytesMax, lingerMs }: Limits, clock: Clock, giveUp: () => void) {
    this.#bytesMax = discardBytesMax
    this.#giveUp = giveUp
    this.stop = clock.after(lingerMs, giveUp)
  }

  take(bytes: Uint8Array): void {
    this.#bytes += bytes.length
    if (this.#bytes > this.#bytesMax) this.#giveUp()
  }
}
