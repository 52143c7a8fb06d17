/**
 * The books: for every signal, created = exported + sampled_out + not_configured + unsupported + spooled +
 * dropped{reason} + queued.
 *
 * The counts live in memory that both threads see and that outlives the observer, so that a worker which dies cannot take
 * its numbers with it. Each data thread has books of its own for `exchange`, of which the observer writes `exported`; the
 * other signals are in the observer's books. Whoever asks for the whole reads the sum.
 */

export const SIGNALS = ['exchange', 'span', 'metric', 'log', 'dump', 'push', 'spool'] as const
/**
 * exchange: one per request, from the tunnel to the observer. span: one per exchange the observer took.
 * metric: data points handed to an exporter. log: one per exchange the observer took, and one per crash, where logs are kept. dump: exchanges due for stdout. push: exchanges and looks at the container due for a dashboard. spool: items that a folder keeps, of whatever
 * signal; an item `spooled` there is created here.
 */
export type Signal = (typeof SIGNALS)[number]

export const DROP_REASONS = [
  'outbox_full',
  'observer_died',
  'queue_full',
  'export_failed',
  'rejected',
  'shutdown',
  'stdout_stalled',
  'spool_lost',
  'thread_died',
] as const
export type DropReason = (typeof DROP_REASONS)[number]

/** Ways to end other than being dropped. */
const ENDINGS = ['exported', 'sampled_out', 'not_configured', 'unsupported', 'spooled'] as const
export type Ending = (typeof ENDINGS)[number]

export interface SignalBalance {
  readonly created: number
  readonly exported: number
  readonly sampled_out: number
  readonly not_configured: number
  readonly unsupported: number
  /** Handed over to the spool, whose own books go on from there. */
  readonly spooled: number
  readonly dropped: Readonly<Partial<Record<DropReason, number>>>
  /** Derived, and so what makes the equation hold: compare it with the length of the real queue. */
  readonly queued: number
}

export type LedgerSnapshot = Readonly<Record<Signal, SignalBalance>>

/** What is known of a backend, for people: where a signal goes, and whether it gets there. */
export interface BackendState {
  readonly signal: Signal
  /** Without userinfo and query. */
  readonly endpoint: string
  /** `untried`: nothing was sent yet. `unsupported`: it takes no such signal. */
  readonly mood: 'untried' | 'fine' | 'failing' | 'refused' | 'unsupported'
  /** Why, in words, when it is not fine. */
  readonly reason?: string
  /** By the wall clock. */
  readonly deliveredAtMs?: number
  /** Items that wait, and how many may; of `push` bytes. */
  readonly queued: number
  readonly queueMax: number
}

/**
 * Beside the counts, for `exchange`: `handed`, what this data thread handed over, less what an observer lost; and `observer`,
 * the number of the one that it hands over to.
 */
const CELLS = ['created', ...ENDINGS, ...DROP_REASONS, 'handed', 'observer'] as const
type Cell = (typeof CELLS)[number]

export class Ledger {
  readonly memory: SharedArrayBuffer
  readonly #cells: BigInt64Array
  readonly #all: readonly BigInt64Array[]

  /** Without `memory`, new books; with it, the same books seen from another thread. What is read is the sum with `others`. */
  constructor(memory?: SharedArrayBuffer, others: readonly SharedArrayBuffer[] = []) {
    this.memory = memory ?? new SharedArrayBuffer(SIGNALS.length * CELLS.length * BigInt64Array.BYTES_PER_ELEMENT)
    this.#cells = new BigInt64Array(this.memory)
    this.#all = [this.#cells, ...others.map((each) => new BigInt64Array(each))]
  }

  /**
   * A span, as a log, is created by its exchange being exported: one cell, so that no death of the observer comes between.
   * A log that tells of no exchange is created here like anything else, after `keepLogs`.
   */
  created(signal: Exclude<Signal, 'span'>, count = 1): void {
    this.#add(signal, 'created', count)
  }

  /** From now on every exchange that is taken creates a log: to be called before the first, and harmless if called again. */
  keepLogs(): void {
    Atomics.compareExchange(this.#cells, this.#index('log', 'created'), 0n, 1n)
  }

  ended(signal: Signal, ending: Ending, count = 1): void {
    this.#add(signal, ending, count)
  }

  dropped(signal: Signal, reason: DropReason, count = 1): void {
    this.#add(signal, reason, count)
  }

  /** The observer is gone and with it all that it held: what was still queued in these signals is lost, and said to be. */
  settle(signals: readonly Signal[], reason: DropReason): void {
    const books = this.snapshot()
    for (const signal of signals) if (books[signal].queued > 0) this.dropped(signal, reason, books[signal].queued)
  }

  /** Exchanges that the observer took over, since the beginning. */
  taken(): number {
    return this.#read('exchange', 'exported')
  }

  /** To be entered before they are on their way: what is entered and never sent is found out; the other way round is not. */
  handedOver(count: number): void {
    this.#add('exchange', 'handed', count)
  }

  /** Exchanges handed over, less those that an observer lost. */
  handed(): number {
    return this.#read('exchange', 'handed')
  }

  /** An observer is gone and with it what was handed over and not taken. Only while nobody hands over. */
  lostWithObserver(reason: DropReason): void {
    const lost = this.handed() - this.taken()
    this.dropped('exchange', reason, lost)
    this.#add('exchange', 'handed', -lost)
  }

  /** A data thread is gone and with it what waited, and what was `underWay` and will have no end. */
  lostWithThread(reason: DropReason, underWay: number): void {
    const dropped = sum(DROP_REASONS.map((each) => this.#read('exchange', each)))
    const waiting = this.#read('exchange', 'created') - dropped - this.handed()
    this.created('exchange', underWay)
    this.dropped('exchange', reason, waiting + underWay)
  }

  /** The observer that is handed over to from now on, by its number. */
  joined(observer: number): void {
    Atomics.store(this.#cells, this.#index('exchange', 'observer'), BigInt(observer))
  }

  observer(): number {
    return this.#read('exchange', 'observer')
  }

  snapshot(): LedgerSnapshot {
    return Object.fromEntries(SIGNALS.map((signal) => [signal, this.#balance(signal)])) as unknown as LedgerSnapshot
  }

  #balance(signal: Signal): SignalBalance {
    // Endings are read before creations: a racing reader may see too much queued for a moment, never a negative queue.
    const endings = Object.fromEntries(ENDINGS.map((name) => [name, this.#read(signal, name)])) as Record<
      Ending,
      number
    >
    const dropped: Partial<Record<DropReason, number>> = {}
    for (const reason of DROP_REASONS) {
      const count = this.#read(signal, reason)
      if (count > 0) dropped[reason] = count
    }
    const created = this.#created(signal)
    const gone = sum(Object.values(endings)) + sum(Object.values(dropped))
    return { created, ...endings, dropped, queued: created - gone }
  }

  #created(signal: Signal): number {
    const entered = this.#read(signal, 'created')
    if (signal === 'span') return this.taken()
    // Of logs the cell says whether they are kept, with its first one; what is above it are those of their own.
    return signal === 'log' && entered > 0 ? this.taken() + entered - 1 : entered
  }

  #index(signal: Signal, cell: Cell): number {
    return SIGNALS.indexOf(signal) * CELLS.length + CELLS.indexOf(cell)
  }

  #read(signal: Signal, cell: Cell): number {
    const index = this.#index(signal, cell)
    let total = 0n
    for (const cells of this.#all) total += Atomics.load(cells, index)
    return Number(total)
  }

  #add(signal: Signal, cell: Cell, count: number): void {
    Atomics.add(this.#cells, this.#index(signal, cell), count === 1 ? 1n : BigInt(count))
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
