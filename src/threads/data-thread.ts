/**
 * One data thread that is a worker: starts it, starts it again when it dies of a bug, and enters in the books what was lost
 * with it. Its exchanges go to the observer by a port of their own and never come by here.
 */
import { Worker } from 'node:worker_threads'
import type { Clock } from '../clock.ts'
import type { DataThreadSetup, FromDataThread, ObserverPort, Producer, ToDataThread } from '../handoff.ts'
import { InflightTable } from '../inflight.ts'
import { Ledger } from '../ledger.ts'
import { listeningPort, setListening } from '../listening.ts'
import { ConnectionCount } from '../tunnel/connection-count.ts'
import type { DataFailure } from './data.ts'
import { describe } from './describe.ts'
import { RestartPause } from './restart-pause.ts'

export interface DataThreadOptions {
  readonly setup: DataThreadSetup
  readonly workerUrl: URL
  /** The number of the observer that is there now. */
  readonly observer: () => number | undefined
  /** Asks for a port to it. */
  readonly join: (index: number) => void
  /** Told what it died of, whole. */
  readonly failed: (text: string) => void
  readonly clock: Clock
  /** A line for people. */
  readonly say: (text: string) => void
}

type Answer =
  | Exclude<FromDataThread, { kind: 'say' | 'stopped' }>
  | { readonly kind: 'thread-ended'; readonly how: string }
export type Listening = Extract<FromDataThread, { kind: 'listening' }>

export class DataThread implements Producer {
  readonly #options: DataThreadOptions
  readonly #ledger: Ledger
  readonly #inflight: InflightTable
  readonly #name: string
  readonly #stopped = Promise.withResolvers<void>()
  #answer = Promise.withResolvers<Answer>()
  #worker: Worker | undefined
  /** Where it listened, and is to listen again. */
  #port: number | undefined
  #isStopping = false
  #startedMs = 0
  readonly #restartPause: RestartPause
  #cancelRestart: (() => void) | undefined

  constructor(options: DataThreadOptions) {
    const { memory, index, config } = options.setup
    this.#options = options
    this.#ledger = new Ledger(memory.ledger)
    this.#inflight = new InflightTable(memory.inflight)
    this.#name = `data thread ${index + 1}`
    const { threadRestartMs, threadRestartMsMax } = config.limits
    this.#restartPause = new RestartPause(threadRestartMs, threadRestartMsMax)
  }

  get isListening(): boolean {
    return listeningPort(this.#options.setup.memory.listening) !== 0
  }

  /** Resolves when it has loaded its decorators. */
  async start(): Promise<DataFailure | undefined> {
    const answer = await this.#start()
    return answer.kind === 'loaded' ? undefined : failureOf(answer)
  }

  /** For the first time; a death before the answer is a failure, one after it is mended. */
  async listen(port: number): Promise<Listening | DataFailure> {
    const answer = await this.#ask({ kind: 'listen', port })
    if (answer.kind !== 'listening') return failureOf(answer)
    this.#port = answer.port
    return answer
  }

  connect(port: ObserverPort, observer: number): void {
    if (this.#worker === undefined) return port.close()
    const message: ToDataThread = { kind: 'connect', port: port as MessagePort, observer }
    this.#worker.postMessage(message, [message.port as never])
  }

  disconnect(reason: 'observer_died' | 'shutdown'): void {
    if (this.#worker === undefined) this.#ledger.lostWithObserver(reason)
    else this.#tell({ kind: 'disconnect', reason })
  }

  /** Drains, hands over, ends; one that does not answer is ended `graceMs` after its time. */
  async stop(withinMs: number, graceMs: number): Promise<void> {
    this.#isStopping = true
    this.#cancelRestart?.()
    const worker = this.#worker
    if (worker === undefined) return
    this.#tell({ kind: 'stop', withinMs })
    const cancel = this.#options.clock.after(withinMs + graceMs, this.#stopped.resolve)
    await this.#stopped.promise
    cancel()
    await worker.terminate()
  }

  #start(): Promise<Answer> {
    const { setup, workerUrl, clock, failed, say } = this.#options
    this.#startedMs = clock.monotonicMs()
    this.#answer = Promise.withResolvers()
    try {
      const worker = new Worker(workerUrl, { workerData: setup, stdout: false, stderr: false, name: this.#name })
      worker.on('message', (message: FromDataThread) => this.#hear(message))
      worker.on('error', (error) => {
        say(`${this.#name} failed: ${describe(error)}`)
        failed(`${this.#name}: ${error instanceof Error ? error.stack : error}`)
      })
      worker.on('exit', (code) => this.#ended(`${this.#name} ended (code ${code})`))
      this.#worker = worker
    } catch (error) {
      this.#ended(`${this.#name} could not be started: ${describe(error)}`)
    }
    return this.#answer.promise
  }

  #ask(message: ToDataThread): Promise<Answer> {
    if (this.#worker !== undefined) this.#answer = Promise.withResolvers()
    this.#tell(message)
    return this.#answer.promise
  }

  #tell(message: ToDataThread): void {
    this.#worker?.postMessage(message)
  }

  #hear(message: FromDataThread): void {
    if (message.kind === 'say') this.#options.say(message.text)
    else if (message.kind === 'stopped') this.#stopped.resolve()
    else this.#answer.resolve(message)
  }

  #ended(how: string): void {
    this.#worker = undefined
    const lost = this.#settle()
    // Whoever asks later gets the same answer.
    this.#answer.resolve({ kind: 'thread-ended', how })
    this.#answer = Promise.withResolvers()
    this.#answer.resolve({ kind: 'thread-ended', how })
    this.#stopped.resolve()
    if (this.#port === undefined || this.#isStopping) return
    this.#restartLater(`${how}${lost === 0 ? '' : `, and ${lost} requests under way with it`}`)
  }

  #restartLater(how: string): void {
    const { clock, say } = this.#options
    const pauseMs = this.#restartPause.after(clock.monotonicMs() - this.#startedMs)
    say(`${how}; the other threads go on, a new one starts in ${pauseMs} ms`)
    this.#cancelRestart = clock.after(pauseMs, () => this.#restart())
  }

  async #restart(): Promise<void> {
    const { setup, join, say } = this.#options
    const started = this.#start()
    join(setup.index)
    const loaded = await started
    const bound = loaded.kind === 'loaded' ? await this.#ask({ kind: 'listen', port: this.#port ?? 0 }) : loaded
    if (bound.kind === 'listening' || bound.kind === 'thread-ended') return
    say(`${this.#name} cannot go on: ${bound.kind === 'bad-decorators' ? bound.problems.join('; ') : bound.kind}`)
    await this.#worker?.terminate()
  }

  /** Its last word is in memory that outlives it. Returns how many requests ended with it. */
  #settle(): number {
    const { setup, observer } = this.#options
    setListening(setup.memory.listening, 0)
    const underWay = this.#inflight.count()
    // It had not heard yet that the observer it handed over to is gone.
    if (this.#ledger.observer() !== observer()) this.#ledger.lostWithObserver('observer_died')
    this.#ledger.lostWithThread(this.#isStopping ? 'shutdown' : 'thread_died', underWay)
    this.#inflight.clear()
    new ConnectionCount(setup.connections, setup.index)
    return underWay
  }
}

function failureOf(answer: Answer): DataFailure {
  if (answer.kind === 'loaded' || answer.kind === 'listening')
    throw new Error(`an answer that was not asked: ${answer.kind}`)
  return answer
}
