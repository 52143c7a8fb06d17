/**
 * What must survive a crash, as records of a BlackBoxFile: every exchange as soon as it is known, what became of the slow and
 * failed ones, the looks at the container, and who is in flight. At most one batch interval is ever missing. What it is given
 * has been redacted.
 */
import { type Clock, every } from '../clock.ts'
import type { Exchange, ExchangeSink } from '../exchange.ts'
import type { InflightRequest, Phase } from '../inflight.ts'
import type { CrashReport, NodeSample, ResourceSample } from '../resources/sample.ts'
import type { BlackBoxFile } from './black-box-file.ts'

export interface InFlight extends Omit<InflightRequest, 'startedMonotonicMs'> {
  /** By the wall clock, in ms since the epoch. */
  readonly startedAtMs: number
}

/** The node's cores as their number. */
export type Look = Omit<ResourceSample, 'node'> & {
  readonly node: Omit<NodeSample, 'cpus'> & { readonly cpus: number }
}

/** The error that the process, or one data thread of several, died of. */
export interface Death {
  readonly of: 'process' | 'thread'
  readonly text: string
}

/** `atMs`: by the wall clock, in ms since the epoch. */
export type BlackBoxRecord = Told & { readonly atMs: number }

type Told =
  | { readonly kind: 'run'; readonly run: string }
  | { readonly kind: 'exchange'; readonly exchange: Exchange }
  /** What was added to an exchange that is in the file already. */
  | ({ readonly kind: 'enriched' } & Pick<Exchange, 'id' | 'error' | 'resources'>)
  /** Who began or went on to another phase since the record before; with `isAll` there is no before. */
  | {
      readonly kind: 'inflight'
      readonly isAll: boolean
      readonly changed: readonly InFlight[]
      readonly ended: number[]
    }
  | { readonly kind: 'sample'; readonly sample: Look }
  | { readonly kind: 'crash'; readonly report: CrashReport }
  | ({ readonly kind: 'fatal' } & Death)
  | { readonly kind: 'stopped' }

export interface BlackBoxOptions {
  readonly file: BlackBoxFile
  readonly clock: Clock
  /** Requests under way now. */
  readonly inflight: () => readonly InflightRequest[]
  readonly batchMs: number
  readonly say: (text: string) => void
}

/** Requests in flight that one record names. */
const NAMED_MAX = 64
/** Of the error that a process died of. */
const LAST_WORDS_MAX = 65_536

export class BlackBox {
  readonly #options: BlackBoxOptions
  readonly #stop: () => void
  #pending: Buffer[] = []
  /** Who the file says is in flight, and in which phase. */
  #inflight: ReadonlyMap<number, Phase> = new Map()
  #isBroken = false
  #isClosed = false

  constructor(options: BlackBoxOptions) {
    const { clock, batchMs } = options
    this.#options = options
    this.#tell({ kind: 'run', run: this.#run })
    this.#tellInflight(true)
    this.#stop = every(clock, batchMs, () => this.flush())
    this.#write()
  }

  exchange(exchange: Exchange): void {
    this.#tell({ kind: 'exchange', exchange })
  }

  /** Passes over what has nothing more to tell than when it came. */
  readonly enriched: ExchangeSink = ({ id, error, resources }) => {
    if (resources === undefined && !error?.type.startsWith('podspan.')) return
    this.#tell({ kind: 'enriched', id, ...(error && { error }), ...(resources && { resources }) })
  }

  sample(sample: ResourceSample): void {
    const { cpus, ...node } = sample.node
    this.#tell({ kind: 'sample', sample: { ...sample, node: { ...node, cpus: cpus.length } } })
  }

  crash(report: CrashReport): void {
    this.#tell({ kind: 'crash', report })
  }

  /** Written at once, with all that came before. */
  fatal({ of, text }: Death): void {
    this.#tell({ kind: 'fatal', of, text: text.slice(0, LAST_WORDS_MAX) })
    this.flush()
  }

  /** To be called when a batch has been taken; called by itself in every interval. */
  flush(): void {
    // A batch may come after the word to stop, and the descriptor may be another file's by then.
    if (this.#isClosed) return
    this.#tellInflight(false)
    this.#write()
  }

  close(): void {
    this.#stop()
    this.flush()
    this.#tell({ kind: 'stopped' })
    this.#write()
    this.#isClosed = true
    this.#options.file.close()
  }

  /** The observers of one process share its anchor. */
  get #run(): string {
    return new Date(this.#options.clock.anchor.wallMs).toISOString()
  }

  #tell(record: Told): void {
    this.#pending.push(this.#textOf(record))
  }

  #textOf(record: Told): Buffer {
    return Buffer.from(JSON.stringify({ atMs: this.#options.clock.wallMs(), ...record }))
  }

  #tellInflight(isAll: boolean): void {
    for (const record of this.#inflightRecords(isAll)) this.#tell(record)
  }

  #inflightRecords(isAll: boolean): Told[] {
    const { inflight, clock } = this.#options
    const { anchor } = clock
    const now = inflight()
    const known: ReadonlyMap<number, Phase> = isAll ? new Map() : this.#inflight
    this.#inflight = new Map(now.map(({ id, phase }) => [id, phase]))
    const ended = [...known.keys()].filter((id) => !this.#inflight.has(id))
    const changed = now
      .filter(({ id, phase }) => known.get(id) !== phase)
      .map(({ startedMonotonicMs, ...request }) => ({
        ...request,
        startedAtMs: anchor.wallMs + (startedMonotonicMs - anchor.monotonicMs),
      }))
    if (!isAll && changed.length + ended.length === 0) return []
    const records: Told[] = [{ kind: 'inflight', isAll, changed: changed.slice(0, NAMED_MAX), ended }]
    for (let at = NAMED_MAX; at < changed.length; at += NAMED_MAX)
      records.push({ kind: 'inflight', isAll: false, changed: changed.slice(at, at + NAMED_MAX), ended: [] })
    return records
  }

  /** In one write, unless the half is full: the other begins with the run and with who is in flight. */
  #write(): void {
    const { say } = this.#options
    const texts = this.#pending
    this.#pending = []
    try {
      for (let rest = texts; rest.length > 0; ) {
        rest = this.#append(rest)
        if (rest.length > 0) this.#turn()
      }
      if (texts.length > 0 && this.#isBroken) this.#mend()
    } catch (error) {
      if (!this.#isBroken) say(`the black box cannot be written, what comes is not in it: ${error}`)
      this.#isBroken = true
    }
  }

  /** Who began and who ended meanwhile was not written. */
  #mend(): void {
    this.#isBroken = false
    this.#tellInflight(true)
    this.#write()
  }

  /** What had no room. A text that is too long for any half is left out: no exchange is, with its texts cut. */
  #append(texts: Buffer[]): Buffer[] {
    const { file } = this.#options
    const fitting = texts.filter(({ length }) => length <= file.recordBytesMax / 2)
    let count = 0
    let bytes = 0
    for (const { length } of fitting) {
      if (!file.hasRoom(bytes + length, count + 1)) break
      bytes += length
      count++
    }
    if (count > 0) file.append(fitting.slice(0, count))
    return fitting.slice(count)
  }

  #turn(): void {
    this.#options.file.turn()
    const first: Told[] = [{ kind: 'run', run: this.#run }, ...this.#inflightRecords(true)]
    this.#append(first.map((record) => this.#textOf(record)))
  }
}
