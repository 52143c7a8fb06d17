/**
 * One who listens to a stream that stays open. What it does not take waits for it up to a bound; beyond it events are left out and
 * counted, and one that takes nothing at all is let go.
 */
import type { ServerResponse } from 'node:http'
import type { Limits } from '../limits.ts'

export class Listener {
  readonly #response: ServerResponse
  readonly #limits: Limits
  /** Exchanges that were left out since it was last told so. */
  missed = 0

  /** `gone`: called once, when the connection is over. */
  constructor(response: ServerResponse, limits: Limits, gone: (listener: Listener) => void) {
    this.#response = response
    this.#limits = limits
    // A stream may be silent for as long as nothing happens.
    response.socket?.setTimeout(0)
    response.once('close', () => gone(this))
  }

  get hasRoom(): boolean {
    return this.#response.writableLength <= this.#limits.adminListenerBytesMax
  }

  /** What waits is sent at once: there must have been room before. */
  write(bytes: string | Buffer): void {
    const { socket } = this.#response
    this.#response.write(bytes)
    if (this.hasRoom || socket === null) return
    // Node counts every part that the kernel takes as a sign of life.
    socket.setTimeout(this.#limits.adminRequestMs)
    this.#response.once('drain', () => socket.setTimeout(0))
  }

  end(): void {
    this.#response.end()
  }
}
