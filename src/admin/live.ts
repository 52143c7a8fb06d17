/**
 * What happens, to whoever listens: exchanges in small batches, and the state of things once a second. Everything is written
 * down once for all who asked for the same; where nobody listens nothing is done.
 */
import type { Clock } from '../clock.ts'
import type { Exchange } from '../exchange.ts'
import { asciiJson } from '../json.ts'
import type { Limits } from '../limits.ts'
import type { Listener } from './listener.ts'
import type { Asked } from './query.ts'

export type Form = 'events' | 'lines'

/** Those who want the same exchanges in the same form. */
interface Group {
  readonly form: Form
  readonly matches: Asked['matches']
  readonly listeners: Set<Listener>
  waiting: Exchange[]
  /** Beyond what one batch has room for. */
  left: number
}

/** What a person takes for at once. */
const BATCH_MS = 150

export class Live {
  readonly #clock: Clock
  readonly #limits: Limits
  readonly #groups = new Map<string, Group>()
  #count = 0
  #cancelFlush: (() => void) | undefined

  constructor(clock: Clock, limits: Limits) {
    this.#clock = clock
    this.#limits = limits
  }

  get isFull(): boolean {
    return this.#count >= this.#limits.adminListenersMax
  }

  add(listener: Listener, form: Form, { where, matches }: Pick<Asked, 'where' | 'matches'>): void {
    const key = `${form} ${where ?? ''}`
    const group = this.#groups.get(key) ?? { form, matches, listeners: new Set(), waiting: [], left: 0 }
    this.#groups.set(key, group)
    group.listeners.add(listener)
    this.#count++
  }

  remove(listener: Listener): void {
    for (const [key, group] of this.#groups) {
      if (group.listeners.delete(listener)) this.#count--
      if (group.listeners.size === 0) this.#groups.delete(key)
    }
  }

  exchange(exchange: Exchange): void {
    for (const group of this.#groups.values()) {
      if (!group.matches(exchange)) continue
      if (group.waiting.length < this.#limits.adminBatchExchangesMax) group.waiting.push(exchange)
      else group.left++
      this.#cancelFlush ??= this.#clock.after(BATCH_MS, () => this.#flush())
    }
  }

  /** To everybody who can hear of it: `event` is asked for when there is one such. Who missed something is told now at the latest. */
  second(event: () => string): void {
    const events = [...this.#groups.values()].filter(({ form }) => form === 'events')
    if (events.length > 0) {
      const bytes = Buffer.from(event())
      for (const { listeners } of events) for (const listener of listeners) if (listener.hasRoom) listener.write(bytes)
    }
    for (const { form, listeners } of this.#groups.values())
      for (const listener of listeners) if (listener.missed > 0) tell(listener, batches(form, []), 0)
  }

  close(): void {
    this.#cancelFlush?.()
    for (const { listeners } of this.#groups.values()) for (const listener of listeners) listener.end()
  }

  #flush(): void {
    this.#cancelFlush = undefined
    const texts = new Map<Exchange, string>()
    for (const group of this.#groups.values()) {
      const { form, listeners, waiting, left } = group
      if (waiting.length === 0) continue
      const batch = batches(
        form,
        waiting.map((exchange) => textOf(exchange, texts)),
      )
      for (const listener of listeners) {
        listener.missed += left
        tell(listener, batch, waiting.length)
      }
      group.waiting = []
      group.left = 0
    }
  }
}

function tell(listener: Listener, batch: (missed: number) => Buffer, count: number): void {
  if (!listener.hasRoom) {
    listener.missed += count
    return
  }
  listener.write(batch(listener.missed))
  listener.missed = 0
}

/** Those who missed as many get the same bytes. */
function batches(form: Form, exchanges: readonly string[]): (missed: number) => Buffer {
  const made = new Map<number, Buffer>()
  return (missed) => {
    const bytes =
      made.get(missed) ?? Buffer.from(form === 'events' ? eventOf(exchanges, missed) : linesOf(exchanges, missed))
    made.set(missed, bytes)
    return bytes
  }
}

function eventOf(exchanges: readonly string[], missed: number): string {
  return `event: exchanges\ndata: {"exchanges":[${exchanges.join(',')}],"missed":${missed}}\n\n`
}

/** What was missed lies before what comes now. */
function linesOf(exchanges: readonly string[], missed: number): string {
  const gap = missed === 0 ? [] : [`{"missed":${missed}}`]
  return [...gap, ...exchanges, ''].join('\n')
}

/** Of several filters more than one may want it. */
function textOf(exchange: Exchange, known: Map<Exchange, string>): string {
  const text = known.get(exchange) ?? asciiJson(exchange)
  known.set(exchange, text)
  return text
}
