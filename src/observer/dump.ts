/**
 * The stdout dump: every so often what is new since the last time, out of the ring, as lines. The pretty one is for people
 * who watch: it says at once what a turn of the event loop brought.
 *
 * It keeps no exchanges itself: how many of the ring's newest are due is all it remembers. Each exchange is created once
 * in the books and ends once: exported when its line was written, else dropped with the reason.
 */
import { type Clock, every } from '../clock.ts'
import type { DumpSettings } from '../config.ts'
import type { Ledger } from '../ledger.ts'
import type { Limits } from '../limits.ts'
import { createPretty, type Pretty } from '../pretty.ts'
import type { Ring } from './ring.ts'
import { type DumpLine, historyLines, ndjsonLines, type Observed, prettyLines } from './stats.ts'

/** What became of a line: written whole, or why not. */
export type LineEnd = 'written' | 'stdout_stalled' | 'shutdown'

export interface LineWriter {
  /** Never blocks and never throws; `ended` is called exactly once. */
  write(line: string, ended: (end: LineEnd) => void): void
  /** Gives what is pending this long to leave. */
  close(withinMs: number): Promise<void>
}

export interface DumpOptions {
  readonly ring: Ring<Observed>
  readonly writer: LineWriter
  readonly settings: DumpSettings
  /** The pod's name, when it is known. */
  readonly pod: string | undefined
  readonly limits: Limits
  readonly clock: Clock
  readonly ledger: Ledger
}

export class Dump {
  readonly #options: DumpOptions
  readonly #stop: () => void
  /** Undefined: the lines are for programs. */
  readonly #pretty: Pretty | undefined
  #due = 0
  #isSoon = false
  #toldLosses = ''

  constructor(options: DumpOptions) {
    this.#options = options
    this.#pretty = options.settings.format === 'pretty' ? createPretty(options.settings.colour) : undefined
    this.#stop = every(options.clock, options.limits.dumpEveryMs, () => this.#dump())
  }

  /** One more exchange is in the ring. When it pushed out one that was still due, that one is lost to the dump. */
  noted(): void {
    const { ledger, ring, clock } = this.#options
    ledger.created('dump')
    if (this.#due < ring.capacity) this.#due++
    else ledger.dropped('dump', 'queue_full')
    if (this.#pretty === undefined || this.#isSoon) return
    this.#isSoon = true
    clock.afterReading(() => {
      this.#isSoon = false
      this.#dumpExchanges()
    })
  }

  /** Dumps what is left and waits until it is written, at most this long. */
  async close(withinMs: number): Promise<void> {
    this.#stop()
    this.#dump()
    await this.#options.writer.close(withinMs)
  }

  #dump(): void {
    this.#dumpExchanges()
    this.#tellLosses()
  }

  /** The books, as a line of their own, whenever more was lost than the last one said. */
  #tellLosses(): void {
    const { ledger, writer } = this.#options
    const books = ledger.snapshot()
    const losses = JSON.stringify(Object.values(books).map(({ dropped }) => dropped))
    if (losses === this.#toldLosses || !/[0-9]/.test(losses)) return
    this.#toldLosses = losses
    const text = this.#pretty ? this.#pretty.losses(books) : JSON.stringify({ podspan: { ledger: books } })
    writer.write(`${text}\n`, (end) => {
      if (end !== 'written') this.#toldLosses = ''
    })
  }

  #dumpExchanges(): void {
    const { ring, settings, ledger } = this.#options
    if (this.#due === 0) return
    // People who watch have seen the rest.
    const isWhole = settings.full && this.#pretty === undefined
    const items = ring.latest(isWhole ? ring.capacity : this.#due)
    const fresh = new Set(items.slice(-this.#due))
    let left = this.#due
    this.#due = 0
    for (const line of this.#lines(items)) {
      const told = line.items.filter((item) => fresh.has(item)).length
      left -= told
      this.#write(line, told)
    }
    // What fits no line.
    if (left > 0) ledger.dropped('dump', 'rejected', left)
  }

  #lines(items: readonly Observed[]): DumpLine[] {
    const { settings, pod, limits } = this.#options
    if (this.#pretty !== undefined) return prettyLines(items, this.#pretty, limits.dumpLineBytesMax)
    return settings.format === 'ndjson'
      ? ndjsonLines(items, limits.dumpLineBytesMax)
      : historyLines(items, pod, limits.dumpLineBytesMax)
  }

  #write(line: DumpLine, told: number): void {
    const { writer, ledger } = this.#options
    writer.write(line.text, (end) => {
      if (end === 'written') ledger.ended('dump', 'exported', told)
      else ledger.dropped('dump', end, told)
    })
  }
}
