/** The records of a black box → what happened, run by run: who was in flight when it ended, and what is known of the rest. Pure. */
import type { Exchange } from '../exchange.ts'
import type { CrashReport } from '../resources/sample.ts'
import type { BlackBoxRecord, Death, InFlight, Look } from './black-box.ts'

export interface RunReport {
  /** When the process began, as ISO 8601. */
  readonly run: string
  /** Of the oldest and of the last record that is left of it, in ms since the epoch. */
  readonly fromMs: number
  readonly untilMs: number
  /** `cut-off`: it ended without a word (SIGKILL, the node), or goes on. */
  readonly end: 'stopped' | 'fatal' | 'cut-off'
  /** Errors that the process died of, or one of its data threads. */
  readonly deaths: readonly (Death & { readonly atMs: number })[]
  /** Who was in flight at the last record. */
  readonly inFlight: readonly InFlight[]
  /** Who had ended, and how was not written any more. */
  readonly unwritten: readonly number[]
  /** Oldest first, with what was found out about them later. */
  readonly exchanges: readonly Exchange[]
  readonly looks: readonly (Look & { readonly atMs: number })[]
  readonly crashes: readonly CrashReport[]
}

/** Oldest first. A line that is no record is left out. */
export function runsOf(records: readonly string[]): RunReport[] {
  const runs = new Map<string, Reading>()
  let reading: Reading | undefined
  for (const record of records.map(parsed)) {
    if (record?.kind === 'run') {
      reading = runs.get(record.run) ?? new Reading(record)
      runs.set(record.run, reading)
    }
    // Those before the first run that is named belong to one whose beginning was overwritten.
    if (record !== undefined) reading?.take(record)
  }
  return [...runs.values()].map((each) => each.report())
}

/** The records of one run, one after the other. */
class Reading {
  readonly #run: string
  readonly #fromMs: number
  #untilMs: number
  #isStopped = false
  readonly #deaths: RunReport['deaths'][number][] = []
  readonly #inFlight = new Map<number, InFlight>()
  readonly #ended = new Set<number>()
  readonly #exchanges = new Map<number, Exchange>()
  readonly #looks: RunReport['looks'][number][] = []
  readonly #crashes: CrashReport[] = []

  constructor({ run, atMs }: Extract<BlackBoxRecord, { kind: 'run' }>) {
    this.#run = run
    this.#fromMs = atMs
    this.#untilMs = atMs
  }

  take(record: BlackBoxRecord): void {
    this.#untilMs = record.atMs
    if (record.kind === 'exchange') this.#exchanges.set(record.exchange.id, record.exchange)
    else if (record.kind === 'enriched') this.#enrich(record)
    else if (record.kind === 'inflight') this.#follow(record)
    else if (record.kind === 'sample') this.#looks.push({ atMs: record.atMs, ...record.sample })
    else if (record.kind === 'crash') this.#crashes.push(record.report)
    else if (record.kind === 'fatal') this.#deaths.push({ atMs: record.atMs, of: record.of, text: record.text })
    else this.#isStopped = record.kind === 'stopped'
  }

  report(): RunReport {
    const written = (id: number): boolean => this.#exchanges.has(id)
    const end = this.#isStopped ? 'stopped' : this.#deaths.some(({ of }) => of === 'process') ? 'fatal' : 'cut-off'
    return {
      run: this.#run,
      fromMs: this.#fromMs,
      untilMs: this.#untilMs,
      end,
      deaths: this.#deaths,
      inFlight: [...this.#inFlight.values()].filter(({ id }) => !written(id)),
      unwritten: [...this.#ended].filter((id) => !written(id)),
      exchanges: [...this.#exchanges.values()],
      looks: this.#looks,
      crashes: this.#crashes,
    }
  }

  #enrich({ id, error, resources }: Extract<BlackBoxRecord, { kind: 'enriched' }>): void {
    const exchange = this.#exchanges.get(id)
    if (exchange === undefined) return
    this.#exchanges.set(id, { ...exchange, ...(error && { error }), ...(resources && { resources }) })
  }

  #follow({ isAll, changed, ended }: Extract<BlackBoxRecord, { kind: 'inflight' }>): void {
    if (isAll) this.#inFlight.clear()
    for (const request of changed) this.#inFlight.set(request.id, request)
    for (const id of ended) {
      this.#inFlight.delete(id)
      this.#ended.add(id)
    }
  }
}

function parsed(text: string): BlackBoxRecord | undefined {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
