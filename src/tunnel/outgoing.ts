/**
 * Both directions of one connection on their way out: gathered while there is more to read, written together when this turn
 * of the event loop has read all it can. It knows no HTTP.
 */
import type { Flushable, Flushes } from './flushes.ts'
import { Gathering, JOINED_BYTES_MAX } from './gathering.ts'
import type { OriginLink } from './origin-link.ts'
import type { Wire } from './wire.ts'

export interface Congestion {
  /** What was written waits in our buffers: read no more for now from the other side. */
  clientFull(): void
  originFull(): void
}

export class Outgoing implements Flushable {
  readonly toClient: Gathering = new Gathering()
  readonly #flushes: Flushes
  readonly #client: Wire
  readonly #origin: OriginLink
  readonly #congestion: Congestion
  #isDue = false

  constructor(flushes: Flushes, client: Wire, origin: OriginLink, congestion: Congestion) {
    this.#flushes = flushes
    this.#client = client
    this.#origin = origin
    this.#congestion = congestion
  }

  /** What is too much to be joined is not held back: whether it is taken must be known before the turn has read 2 MB more. */
  soon(): void {
    if (Math.max(this.toClient.bytes, this.#origin.bytes) > JOINED_BYTES_MAX || this.#flushes.isAlone)
      return this.#write()
    if (this.#isDue) return
    this.#isDue = true
    this.#flushes.add(this)
  }

  /** All that the client was sent has left. */
  get isClientOut(): boolean {
    return this.toClient.bytes === 0 && this.#client.writableLength === 0
  }

  /** Between two requests nobody holds anything that was read, unless it is still on its way. */
  usedUp(): void {
    if (!this.isClientOut || !this.#origin.isOut) return
    this.#client.usedUp?.()
    this.#origin.usedUp()
  }

  /** Before the client's connection is closed, or handed over. */
  lastToClient(): void {
    this.toClient.flush(this.#client)
  }

  flush(): void {
    this.#isDue = false
    this.#write()
  }

  #write(): void {
    if (!this.toClient.flush(this.#client)) this.#congestion.clientFull()
    if (!this.#origin.flush()) this.#congestion.originFull()
  }
}
