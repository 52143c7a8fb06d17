/** An outbox before a real thread, put together as the sidecar does it for one data thread. */
import type { ResourceLimits } from 'node:worker_threads'
import type { Clock } from '../../src/clock.ts'
import type { Config } from '../../src/config.ts'
import type { ExchangeSink } from '../../src/exchange.ts'
import { Ledger } from '../../src/ledger.ts'
import type { Limits } from '../../src/limits.ts'
import { ObserverThread } from '../../src/threads/observer-thread.ts'
import { Outbox } from '../../src/tunnel/outbox.ts'
import { setupOf } from './observed.ts'

export interface HandOffOptions {
  readonly clock: Clock
  readonly limits: Limits
  readonly changes?: Partial<Config>
  readonly workerUrl?: URL
  readonly resourceLimits?: ResourceLimits
  readonly say: (text: string) => void
}

export class HandOff {
  /** The whole. */
  readonly ledger: Ledger
  readonly outbox: Outbox
  readonly #observer: ObserverThread

  constructor({ clock, limits, changes = {}, workerUrl, resourceLimits, say }: HandOffOptions) {
    const own = new Ledger()
    const setup = setupOf(new Ledger(), clock, { ...changes, limits }, own.memory)
    this.ledger = new Ledger(setup.ledger, [own.memory])
    this.outbox = new Outbox({ ledger: own, clock, limits })
    this.#observer = new ObserverThread({
      setup,
      workerUrl: workerUrl ?? new URL('../../src/observer/worker.ts', import.meta.url),
      producers: [this.outbox],
      ledger: this.ledger,
      clock,
      limits,
      say,
      ...(resourceLimits === undefined ? {} : { resourceLimits }),
    })
  }

  get sink(): ExchangeSink {
    return this.outbox.sink
  }

  ready(): Promise<void> {
    return this.#observer.ready()
  }

  admin(): ReturnType<ObserverThread['admin']> {
    return this.#observer.admin()
  }

  drill(what: 'block' | 'die', forMs = 0): void {
    this.#observer.drill(what, forMs)
  }

  fatal(text: string, withinMs: number): void {
    this.outbox.flush()
    this.#observer.fatal(text, withinMs)
  }

  tellFailure(text: string): void {
    this.#observer.tellFailure(text)
  }

  async close(withinMs: number): Promise<void> {
    this.outbox.close()
    await this.#observer.close(withinMs)
  }
}
