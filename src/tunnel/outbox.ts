/**
 * The data thread's side of the hand-off: exchanges wait here for company, go to the observer in batches, and are its own
 * to account for once it has taken them. It starts the observer and starts it again when it dies.
 *
 * Of `exchange` in the books only `exported` is written elsewhere: by the observer, in memory that both see, so that taking
 * over costs this thread no message and an observer that dies takes no knowledge with it. Nothing is known here of what the observer does with what it gets.
 */
import { type ResourceLimits, Worker } from 'node:worker_threads'
import type { Clock } from '../clock.ts'
import type { Exchange, ExchangeSink } from '../exchange.ts'
import type { FromObserver, ObserverSetup, ToObserver } from '../handoff.ts'
import type { Ledger, Signal } from '../ledger.ts'
import type { Limits } from '../limits.ts'
import { pack } from '../packing.ts'

/** What the observer holds in its own memory, and loses when it dies. */
const OBSERVER_SIGNALS: readonly Signal[] = ['span', 'metric', 'log', 'dump']

export interface OutboxOptions {
  readonly setup: ObserverSetup
  readonly workerUrl: URL
  readonly ledger: Ledger
  readonly clock: Clock
  readonly limits: Limits
  /** A line for people. */
  readonly say: (text: string) => void
  /** Of the observer's heap. */
  readonly resourceLimits?: ResourceLimits
}

export class Outbox {
  readonly #options: OutboxOptions
  readonly #readiness = Promise.withResolvers<void>()
  readonly #flushed = Promise.withResolvers<void>()
  #worker: Worker | undefined
  #waiting: Exchange[] = []
  /** Exchanges posted, since the beginning, less those that an observer lost. */
  #posted = 0
  #restartMs: number
  #cancelBatch: (() => void) | undefined
  #cancelRestart: (() => void) | undefined
  #isClosing = false

  constructor(options: OutboxOptions) {
    this.#options = options
    this.#restartMs = options.limits.observerRestartMs
    this.#start()
  }

  readonly sink: ExchangeSink = (exchange) => {
    const { ledger, limits } = this.#options
    ledger.created('exchange')
    if (this.#isClosing) ledger.dropped('exchange', 'shutdown')
    else if (this.#waiting.length + this.#untaken() >= limits.outboxExchangesMax)
      ledger.dropped('exchange', 'outbox_full')
    else this.#queue(exchange)
  }

  /** Resolves when an observer is at work with all its parts for the first time, or when the outbox is closed before. */
  ready(): Promise<void> {
    return this.#readiness.promise
  }

  /** For tests: the observer obeys only when config.drills is set. */
  drill(what: 'block' | 'die', forMs = 0): void {
    this.#send({ kind: 'drill', what, forMs })
  }

  /** Hands over what waits, gives the observer this long to write and send all it has, then ends it. */
  async close(withinMs: number): Promise<void> {
    this.#isClosing = true
    this.#cancelRestart?.()
    this.#post()
    this.#send({ kind: 'shutdown', withinMs })
    const worker = this.#worker
    if (worker !== undefined) {
      // Until now the process may end although the observer lives; from here it must not, before the observer has answered.
      worker.ref()
      const cancel = this.#options.clock.after(withinMs, this.#flushed.resolve)
      await this.#flushed.promise
      cancel()
      await worker.terminate()
    }
    this.#options.ledger.dropped('exchange', 'shutdown', this.#waiting.length)
    this.#waiting = []
    this.#readiness.resolve()
  }

  #queue(exchange: Exchange): void {
    const { limits, clock } = this.#options
    this.#waiting.push(exchange)
    if (this.#waiting.length >= limits.batchExchangesMax) this.#post()
    else this.#cancelBatch ??= clock.after(limits.batchMs, () => this.#post())
  }

  /** Everything that waits, in batches; while there is no observer it goes on waiting. */
  #post(): void {
    this.#cancelBatch?.()
    this.#cancelBatch = undefined
    if (this.#worker === undefined) return
    const { batchExchangesMax } = this.#options.limits
    for (let at = 0; at < this.#waiting.length; at += batchExchangesMax) {
      const exchanges = this.#waiting.slice(at, at + batchExchangesMax)
      this.#posted += exchanges.length
      this.#send({ kind: 'batch', exchanges: pack(exchanges) })
    }
    this.#waiting = []
  }

  #send(message: ToObserver): void {
    this.#worker?.postMessage(message)
  }

  #start(): void {
    const { workerUrl, setup, resourceLimits, say } = this.#options
    try {
      const options = { workerData: setup, stdout: false, stderr: false, name: 'observer' }
      const worker = new Worker(workerUrl, resourceLimits === undefined ? options : { ...options, resourceLimits })
      worker.on('message', (message: FromObserver) => this.#hear(message))
      worker.on('error', (error) => say(`the observer failed: ${describe(error)}`))
      worker.on('exit', (code) => this.#ended(`the observer ended (code ${code})`))
      worker.unref()
      this.#worker = worker
    } catch (error) {
      // No thread to be had (a limit on processes): the traffic goes on all the same.
      this.#ended(`the observer could not be started: ${describe(error)}`)
      return
    }
    this.#post()
  }

  #hear(message: FromObserver): void {
    if (message.kind === 'say') this.#options.say(message.text)
    else if (message.kind === 'flushed') this.#flushed.resolve()
    else {
      this.#restartMs = this.#options.limits.observerRestartMs
      this.#readiness.resolve()
    }
  }

  #untaken(): number {
    return this.#posted - this.#options.ledger.taken()
  }

  #ended(how: string): void {
    const { ledger, clock, limits, say } = this.#options
    const reason = this.#isClosing ? 'shutdown' : 'observer_died'
    this.#worker = undefined
    const lost = this.#untaken()
    ledger.dropped('exchange', reason, lost)
    this.#posted -= lost
    ledger.settle(OBSERVER_SIGNALS, reason)
    this.#flushed.resolve()
    if (this.#isClosing) return
    say(`${how}; the traffic goes on, a new one starts in ${this.#restartMs} ms`)
    this.#cancelRestart = clock.after(this.#restartMs, () => this.#start())
    this.#restartMs = Math.min(this.#restartMs * 2, limits.observerRestartMsMax)
  }
}

/** Message and the first line of the stack. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const at = error.stack?.split('\n').find((line) => line.trimStart().startsWith('at '))
  return at === undefined ? error.message : `${error.message} (${at.trim()})`
}
