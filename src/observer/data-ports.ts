/**
 * The ports by which exchanges come: one for each data thread that lives, and those of the dead until they are empty. It does not
 * know what is done with them.
 */
import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads'
import type { Clock } from '../clock.ts'
import type { PackedExchanges } from '../packing.ts'

/** `index`: of the data thread, from 0. */
type Take = (index: number, exchanges: PackedExchanges) => void

export class DataPorts {
  readonly #clock: Clock
  readonly #take: Take
  readonly #open = new Map<MessagePort, number>()

  constructor(clock: Clock, take: Take, ports: readonly MessagePort[]) {
    this.#clock = clock
    this.#take = take
    for (const [index, port] of ports.entries()) this.open(index, port)
  }

  open(index: number, port: MessagePort): void {
    this.#open.set(port, index)
    port.on('close', () => this.#open.delete(port))
    this.#hear(index, port)
  }

  /**
   * One message, and the next when the event loop has come round. Node hands over up to a thousand at once as long as more come,
   * and while a busy data thread brings more no export would leave: a collector that was there got an eighth of the spans.
   */
  #hear(index: number, port: MessagePort): void {
    port.once('message', (exchanges: PackedExchanges) => {
      this.#clock.afterReading(() => this.#hear(index, port))
      this.#take(index, exchanges)
    })
  }

  /** Takes all that was handed over before now: the word to stop comes by another port and may have overtaken it. */
  empty(): void {
    for (const [port, index] of this.#open) {
      for (;;) {
        const received = receiveMessageOnPort(port)
        if (received === undefined) break
        this.#take(index, received.message)
      }
    }
  }
}
