/**
 * Starts the observer, gives every data thread a port of its own to it, and starts it again when it dies. What it does with
 * what it gets is not known here, and no exchange comes by.
 */
import { MessageChannel, type ResourceLimits, Worker } from 'node:worker_threads'
import type { Clock } from '../clock.ts'
import type { AdminWhere, FromObserver, ObserverBirth, ObserverSetup, Producer, ToObserver } from '../handoff.ts'
import type { Ledger, Signal } from '../ledger.ts'
import type { Limits } from '../limits.ts'
import { describe } from './describe.ts'
import { RestartPause } from './restart-pause.ts'

/** What the observer holds in its own memory, and loses when it dies. */
const OBSERVER_SIGNALS: readonly Signal[] = ['span', 'metric', 'log', 'dump', 'push']

export interface ObserverThreadOptions {
  readonly setup: ObserverSetup
  readonly workerUrl: URL
  /** One for each data thread, in the order of `setup.threads`. */
  readonly producers: readonly Producer[]
  /** The whole. */
  readonly ledger: Ledger
  readonly clock: Clock
  readonly limits: Limits
  /** A line for people. */
  readonly say: (text: string) => void
  /** Of the observer's heap. */
  readonly resourceLimits?: ResourceLimits
}

export class ObserverThread {
  readonly #options: ObserverThreadOptions
  readonly #readiness = Promise.withResolvers<void>()
  readonly #flushed = Promise.withResolvers<void>()
  readonly #admin = Promise.withResolvers<AdminWhere | undefined>()
  readonly #written = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
  #worker: Worker | undefined
  #adminPort: number | undefined
  #started = 0
  #startedMs = 0
  readonly #restartPause: RestartPause
  #cancelRestart: (() => void) | undefined
  #isClosing = false

  constructor(options: ObserverThreadOptions) {
    this.#options = options
    const { observerRestartMs, observerRestartMsMax } = options.limits
    this.#restartPause = new RestartPause(observerRestartMs, observerRestartMsMax)
    this.#start()
  }

  /** Of the observer that is there now, from 1; undefined when there is none. */
  get number(): number | undefined {
    return this.#worker && this.#started
  }

  /** A data thread was started again: it gets a port to the observer that is there now. The next one will have one for it. */
  join(index: number): void {
    const producer = this.#options.producers[index]
    if (this.#worker === undefined || producer === undefined) return
    const { port1, port2 } = new MessageChannel()
    this.#worker.postMessage({ kind: 'thread', index, port: port2 } satisfies ToObserver, [port2])
    producer.connect(port1, this.#started)
  }

  /** Resolves when an observer is at work with all its parts for the first time, or when this is closed before. */
  ready(): Promise<void> {
    return this.#readiness.promise
  }

  /** Resolves when it is known where the first observer serves the admin API; undefined when there was none that lived so long. */
  admin(): Promise<AdminWhere | undefined> {
    return this.#admin.promise
  }

  /** For tests: the observer obeys only when config.drills is set. */
  drill(what: 'block' | 'die', forMs = 0): void {
    this.#worker?.postMessage({ kind: 'drill', what, forMs } satisfies ToObserver)
  }

  /** A data thread died of this, and others go on. */
  tellFailure(text: string): void {
    this.#worker?.postMessage({ kind: 'fatal', of: 'thread', text } satisfies ToObserver)
  }

  /** The last words of the process: holds still until the observer has written them, at most this long. */
  fatal(text: string, withinMs: number): void {
    if (this.#worker === undefined) return
    Atomics.store(this.#written, 0, 0)
    this.#worker.postMessage({ kind: 'fatal', of: 'process', text } satisfies ToObserver)
    Atomics.wait(this.#written, 0, 0, withinMs)
  }

  /** When nobody hands over any more: gives the observer this long to write and send all it has, then ends it. */
  async close(withinMs: number): Promise<void> {
    this.#isClosing = true
    this.#cancelRestart?.()
    const worker = this.#worker
    if (worker !== undefined) {
      worker.postMessage({ kind: 'shutdown', withinMs } satisfies ToObserver)
      // Until now the process may end although the observer lives; from here it must not, before the observer has answered.
      worker.ref()
      const cancel = this.#options.clock.after(withinMs, this.#flushed.resolve)
      await this.#flushed.promise
      cancel()
      await worker.terminate()
    }
    this.#readiness.resolve()
  }

  #start(): void {
    const { workerUrl, producers, resourceLimits, say } = this.#options
    const channels = producers.map(() => new MessageChannel())
    const ports = channels.map(({ port2 }) => port2)
    this.#startedMs = this.#options.clock.monotonicMs()
    try {
      const worker = new Worker(workerUrl, {
        workerData: this.#birth(ports),
        transferList: ports,
        stdout: false,
        stderr: false,
        name: 'observer',
        ...(resourceLimits === undefined ? {} : { resourceLimits }),
      })
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
    this.#started++
    for (const [index, producer] of producers.entries()) {
      const channel = channels[index]
      if (channel !== undefined) producer.connect(channel.port1, this.#started)
    }
  }

  #birth(ports: readonly MessagePort[]): ObserverBirth {
    const { setup } = this.#options
    return { setup, ports, written: this.#written.buffer, adminPort: this.#adminPort }
  }

  #hear(message: FromObserver): void {
    if (message.kind === 'say') this.#options.say(message.text)
    else if (message.kind === 'flushed') this.#flushed.resolve()
    else if (message.kind === 'admin' || message.kind === 'no-admin') this.#hearAdmin(message)
    else this.#readiness.resolve()
  }

  #hearAdmin(where: AdminWhere): void {
    if (where.kind === 'admin') this.#adminPort = where.port
    // Whoever started this hears of the first; of an observer that came later it is said here.
    else if (this.#started > 1)
      this.#options.say(`the admin API is gone: its port cannot be listened on (${where.code})`)
    this.#admin.resolve(where)
  }

  #ended(how: string): void {
    const { producers, ledger, clock, say } = this.#options
    const reason = this.#isClosing ? 'shutdown' : 'observer_died'
    this.#worker = undefined
    for (const producer of producers) producer.disconnect(reason)
    ledger.settle(OBSERVER_SIGNALS, reason)
    this.#flushed.resolve()
    this.#admin.resolve(undefined)
    if (this.#isClosing) return
    const pauseMs = this.#restartPause.after(clock.monotonicMs() - this.#startedMs)
    say(`${how}; the traffic goes on, a new one starts in ${pauseMs} ms`)
    this.#cancelRestart = clock.after(pauseMs, () => this.#start())
  }
}
