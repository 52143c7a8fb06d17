/**
 * The ports by which exchanges come: one for each data thread that lives, and those of the dead until they are empty. It does not
 * know what is done with them.
 */
import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads'
import type { PackedExchanges } from '../packing.ts'

/** `index`: of the data thread, from 0. */
type Take = (index: number, exchanges: PackedExchanges) => void

export class DataPorts {
  readonly #take: Take
  readonly #open = new Map<MessagePort, number>()

  constructor(take: Take, ports: readonly MessagePort[]) {
    this.#take = take
    for (const [index, port] of ports.entries()) this.open(index, port)
  }

  open(index: number, port: MessagePort): void {
    this.#open.set(port, index)
    port.on('message', (exchanges: PackedExchanges) => this.#take(index, exchanges))
    port.on('close', () => this.#open.delete(port))
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
