/**
 * The requests that are under way, in memory both threads see: the data thread writes a slot when one starts and clears it
 * when it ends; the observer reads whenever it likes. No message per request, and it survives the observer.
 *
 * Each slot is guarded by a sequence lock: odd while it is being written; a reader that sees it change reads again.
 */

export type Phase = 'request' | 'waiting' | 'response' | 'tunnel'
const PHASES: readonly Phase[] = ['request', 'waiting', 'response', 'tunnel']

export interface InflightRequest {
  readonly id: number
  readonly traceId: string
  readonly startedMonotonicMs: number
  readonly method: string
  /** Without its query, cut short. */
  readonly path: string
  readonly phase: Phase
}

// Slot: sequence i32 | phase i32 (-1 free) | id f64 | started f64 | trace id 32 | method 1+15 | path 1+183 = 256 bytes
const SLOT_BYTES = 256
const TRACE_AT = 24
const METHOD_AT = 56
const PATH_AT = 72
const FREE = -1
const READ_ATTEMPTS = 8

export class InflightTable {
  readonly memory: SharedArrayBuffer
  readonly #bytes: Buffer
  readonly #ints: Int32Array
  readonly #floats: Float64Array
  readonly #free: number[] = []
  #overflow = 0
  #underWay = 0

  /** With a number, a new table of that many slots (the one writer); with memory, the view of one. */
  constructor(slotsOrMemory: number | SharedArrayBuffer) {
    const fresh = typeof slotsOrMemory === 'number'
    // The first SLOT_BYTES hold the count of requests that found no slot.
    this.memory = fresh ? new SharedArrayBuffer((slotsOrMemory + 1) * SLOT_BYTES) : slotsOrMemory
    this.#bytes = Buffer.from(this.memory)
    this.#ints = new Int32Array(this.memory)
    this.#floats = new Float64Array(this.memory)
    if (fresh) this.clear()
  }

  /** From now on this is the one writer, and nothing is under way: the last one has died, in whatever it was doing. */
  clear(): void {
    this.#free.length = 0
    this.#overflow = 0
    this.#underWay = 0
    Atomics.store(this.#ints, 0, 0)
    for (let slot = this.memory.byteLength / SLOT_BYTES - 1; slot >= 1; slot--) {
      const at = (slot * SLOT_BYTES) / 4
      Atomics.store(this.#ints, at + 1, FREE)
      // Odd, it would be taken for a slot that is being written for ever.
      Atomics.store(this.#ints, at, 0)
      this.#free.push(slot)
    }
  }

  /** How many the one writer has begun and not ended. */
  get underWay(): number {
    return this.#underWay
  }

  /** Returns the slot, or 0 when every slot is taken: then the request is only counted. */
  begin(request: InflightRequest): number {
    this.#underWay++
    const slot = this.#free.pop()
    if (slot === undefined) {
      this.#countOverflow(1)
      return 0
    }
    const at = slot * SLOT_BYTES
    Atomics.add(this.#ints, at / 4, 1)
    this.#ints[at / 4 + 1] = PHASES.indexOf(request.phase)
    this.#floats[at / 8 + 1] = request.id
    this.#floats[at / 8 + 2] = request.startedMonotonicMs
    this.#writeBytes(request.traceId, at + TRACE_AT, METHOD_AT - TRACE_AT)
    this.#writeText(request.method, at + METHOD_AT, PATH_AT - METHOD_AT - 1)
    this.#writeText(request.path, at + PATH_AT, SLOT_BYTES - PATH_AT - 1)
    Atomics.add(this.#ints, at / 4, 1)
    return slot
  }

  /** A plain store, as in `end`: of one aligned integer nobody sees a half, and nothing else is read by it. Atomic ones took 0.1 us a request. */
  phase(slot: number, phase: Phase): void {
    if (slot !== 0) this.#ints[(slot * SLOT_BYTES) / 4 + 1] = PHASES.indexOf(phase)
  }

  end(slot: number): void {
    this.#underWay--
    if (slot === 0) {
      this.#countOverflow(-1)
      return
    }
    this.#ints[(slot * SLOT_BYTES) / 4 + 1] = FREE
    this.#free.push(slot)
  }

  /** How many are under way, seen or only counted. */
  count(): number {
    let taken = Atomics.load(this.#ints, 0)
    for (let slot = 1; slot < this.memory.byteLength / SLOT_BYTES; slot++) if (this.#isTaken(slot)) taken++
    return taken
  }

  /** A consistent picture of every slot that is taken. */
  list(): InflightRequest[] {
    const found: InflightRequest[] = []
    for (let slot = 1; slot < this.memory.byteLength / SLOT_BYTES; slot++) {
      const request = this.#isTaken(slot) ? this.#read(slot) : undefined
      if (request !== undefined) found.push(request)
    }
    return found
  }

  #isTaken(slot: number): boolean {
    return Atomics.load(this.#ints, (slot * SLOT_BYTES) / 4 + 1) !== FREE
  }

  #countOverflow(change: number): void {
    this.#overflow += change
    Atomics.store(this.#ints, 0, this.#overflow)
  }

  #read(slot: number): InflightRequest | undefined {
    const at = slot * SLOT_BYTES
    for (let attempt = 0; attempt < READ_ATTEMPTS; attempt++) {
      const before = Atomics.load(this.#ints, at / 4)
      const phase = PHASES[Atomics.load(this.#ints, at / 4 + 1)]
      const request = {
        id: this.#floats[at / 8 + 1] ?? 0,
        startedMonotonicMs: this.#floats[at / 8 + 2] ?? 0,
        traceId: this.#bytes.toString('latin1', at + TRACE_AT, at + METHOD_AT),
        method: this.#readText(at + METHOD_AT),
        path: this.#readText(at + PATH_AT),
      }
      if (phase === undefined) return undefined
      if (before % 2 === 0 && Atomics.load(this.#ints, at / 4) === before) return { ...request, phase }
    }
    return undefined
  }

  #writeText(text: string, at: number, bytesMax: number): void {
    this.#bytes[at] = this.#writeBytes(text, at + 1, bytesMax)
  }

  /** Latin1, byte by byte: for texts this short a call of Buffer's own costs more than the loop. */
  #writeBytes(text: string, at: number, bytesMax: number): number {
    const length = Math.min(text.length, bytesMax)
    for (let index = 0; index < length; index++) this.#bytes[at + index] = text.charCodeAt(index)
    return length
  }

  #readText(at: number): string {
    return this.#bytes.toString('latin1', at + 1, at + 1 + (this.#bytes[at] ?? 0))
  }
}
