/**
 * A folder that keeps batches which could not be delivered, for when the backend is back or for the next process. Bounded by
 * bytes and age; the oldest goes first. It has books of its own: an item in the folder is `queued` in the signal `spool`.
 * It sends nothing. One folder is one process's: two would send the same files.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../src/clock.ts'
import type { Ledger, Signal } from '../src/ledger.ts'
import type { Limits } from '../src/limits.ts'
import type { Encoding } from './otlp.ts'

export interface SpoolOptions {
  readonly directory: string
  readonly clock: Clock
  readonly limits: Limits
  readonly ledger: Ledger
  readonly say: (text: string) => void
}

export interface Spooled {
  readonly name: string
  readonly atMs: number
  readonly signal: string
  readonly encoding: string
  readonly count: number
  readonly bytes: number
}

/** Time, number, signal, items, encoding: names sort by age, and say all that the books need without a look inside. */
const NAME = /^([0-9]{15})-([0-9]{6})-([a-z]{1,16})-([0-9]{1,9})\.(protobuf|json)$/
/** What a process that was killed while it wrote left behind. */
const UNFINISHED = '.unfinished'

export class Spool {
  readonly #options: SpoolOptions
  #files: Spooled[] = []
  #bytes = 0
  #sequence = 0
  #hasSaidFailure = false

  private constructor(options: SpoolOptions) {
    this.#options = options
  }

  /** Undefined where the folder cannot be had, which is said: telemetry then goes on without it. */
  static open(options: SpoolOptions): Spool | undefined {
    const { directory, say } = options
    const spool = new Spool(options)
    try {
      // What is in it tells of requests: nobody else's to read.
      mkdirSync(directory, { recursive: true, mode: 0o700 })
      spool.#find()
    } catch (error) {
      say(`the spool ${directory} cannot be used, going on without it: ${error}`)
      return undefined
    }
    return spool
  }

  /** False: it could not be written. */
  put(
    signal: Signal,
    encoding: Encoding,
    { body, count }: { readonly body: Uint8Array; readonly count: number },
  ): boolean {
    const { directory, clock, ledger, limits } = this.#options
    const atMs = Math.max(0, Math.round(clock.wallMs()))
    this.#sequence = (this.#sequence + 1) % 1_000_000
    const stem = `${String(atMs).padStart(15, '0')}-${String(this.#sequence).padStart(6, '0')}-${signal}-${count}`
    const name = `${stem}.${encoding}`
    if (body.length > limits.spoolBytesMax) return false
    this.#trim(body.length)
    try {
      // Under its own name only when it is whole.
      writeFileSync(join(directory, name + UNFINISHED), body, { mode: 0o600 })
      renameSync(join(directory, name + UNFINISHED), join(directory, name))
    } catch (error) {
      this.#complain(error)
      return false
    }
    ledger.created('spool', count)
    this.#files.push({ name, atMs, signal, encoding, count, bytes: body.length })
    this.#bytes += body.length
    return true
  }

  /** The oldest of a signal, if it is in the encoding that can be sent. */
  oldest(signal: Signal, encoding: Encoding): Spooled | undefined {
    this.#trim(0)
    return this.#files.find((file) => file.signal === signal && file.encoding === encoding)
  }

  /** Undefined: it is not readable any more, and off the books. */
  read(file: Spooled): Uint8Array | undefined {
    try {
      return readFileSync(join(this.#options.directory, file.name))
    } catch (error) {
      this.#complain(error)
      this.remove(file, 'spool_lost')
      return undefined
    }
  }

  remove(file: Spooled, how: 'exported' | 'rejected' | 'spool_lost', rejected = 0): void {
    const { ledger, directory } = this.#options
    if (!this.#files.includes(file)) return
    this.#files = this.#files.filter((each) => each !== file)
    this.#bytes -= file.bytes
    if (how === 'exported') ledger.ended('spool', 'exported', file.count - rejected)
    else ledger.dropped('spool', how, file.count)
    if (how === 'exported' && rejected > 0) ledger.dropped('spool', 'rejected', rejected)
    try {
      rmSync(join(directory, file.name), { force: true })
    } catch (error) {
      this.#complain(error)
    }
  }

  /** Too old, or in the way of `bytes` more. */
  #trim(bytes: number): void {
    const { clock, limits } = this.#options
    const oldestMs = clock.wallMs() - limits.spoolAgeMs
    for (const file of [...this.#files]) {
      if (file.atMs >= oldestMs && this.#bytes + bytes <= limits.spoolBytesMax) break
      this.remove(file, 'spool_lost')
    }
  }

  /** What another process left. An observer before this one, of the same process, has its files on the books already. */
  #find(): void {
    const { directory, ledger } = this.#options
    for (const name of readdirSync(directory).sort()) {
      const match = NAME.exec(name)
      if (match === null) {
        if (name.endsWith(UNFINISHED) && NAME.test(name.slice(0, -UNFINISHED.length))) rmSync(join(directory, name))
        continue
      }
      const [, atMs, , signal = '', count, encoding = ''] = match
      const bytes = statSync(join(directory, name)).size
      this.#files.push({ name, atMs: Number(atMs), signal, encoding, count: Number(count), bytes })
      this.#bytes += bytes
    }
    const found = this.#files.reduce((sum, { count }) => sum + count, 0)
    const known = ledger.snapshot().spool.queued
    if (found > known) ledger.created('spool', found - known)
    else ledger.dropped('spool', 'spool_lost', known - found)
  }

  #complain(error: unknown): void {
    if (!this.#hasSaidFailure) this.#options.say(`the spool failed, which is said once: ${error}`)
    this.#hasSaidFailure = true
  }
}
