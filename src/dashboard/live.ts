/**
 * The live stream of a sidecar, for as long as the page is open: connects, takes what comes, and when the connection is lost
 * or falls silent tries again, for ever. It knows no page; the browser's EventSource and clock are given to it.
 */
import type { LiveEvent } from '../admin/shapes.ts'
import type { BrowserClock } from './clock.ts'

/** A tick comes every second: this long without one and nobody is there, whatever the socket says. */
const SILENCE_MS = 6_000
const RETRY_MS = [500, 1_000, 2_000] as const
const RETRY_MAX_MS = 3_000

const EVENTS = ['hello', 'tick', 'exchanges'] as const

/** What is needed of an EventSource. */
export interface EventSourceLike {
  addEventListener(name: string, listener: (event: { readonly data?: string }) => void): void
  close(): void
}

export interface LiveOptions {
  readonly open: (url: string) => EventSourceLike
  readonly clock: BrowserClock
  readonly onEvent: (event: LiveEvent) => void
  readonly onLost: (atMs: number) => void
}

export class Live {
  readonly #options: LiveOptions
  #where = ''
  #source: EventSourceLike | undefined
  #cancel: (() => void) | undefined
  #attempts = 0

  constructor(options: LiveOptions) {
    this.#options = options
  }

  /** Also in place of the stream that is open: another filter is another stream. */
  connect(where: string): void {
    this.#where = where
    this.#attempts = 0
    this.#open()
  }

  #open(): void {
    this.#end()
    const source = this.#options.open(where(this.#where))
    this.#source = source
    for (const name of EVENTS) {
      source.addEventListener(name, ({ data }) => {
        if (source === this.#source && data !== undefined) this.#take({ event: name, data: JSON.parse(data) })
      })
    }
    source.addEventListener('error', () => {
      if (source === this.#source) this.#lost()
    })
    this.#expect()
  }

  #take(event: LiveEvent): void {
    this.#attempts = 0
    this.#expect()
    this.#options.onEvent(event)
  }

  #expect(): void {
    this.#cancel?.()
    this.#cancel = this.#options.clock.after(SILENCE_MS, () => this.#lost())
  }

  /** An EventSource would try again by itself, but not after every error, and never says that it gave up. */
  #lost(): void {
    this.#end()
    this.#options.onLost(this.#options.clock.wallMs())
    this.#cancel = this.#options.clock.after(RETRY_MS[this.#attempts] ?? RETRY_MAX_MS, () => this.#open())
    this.#attempts++
  }

  #end(): void {
    this.#cancel?.()
    this.#source?.close()
    this.#source = undefined
  }
}

function where(filter: string): string {
  return filter === '' ? 'live' : `live?where=${encodeURIComponent(filter)}`
}
