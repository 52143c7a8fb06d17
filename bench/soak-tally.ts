/** What the soak counts: requests by kind, answers that were right, excused or unexpected, and when the app was away. */

/** Something that should not be. A 502 or a cut is what an app that is away looks like; a wrong checksum never is. */
export class Wrong extends Error {
  readonly byAppAway: boolean

  constructor(message: string, byAppAway = false) {
    super(message)
    this.byAppAway = byAppAway
  }
}

export function check(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Wrong(message)
}

interface Row {
  requests: number
  right: number
  excused: number
  unexpected: number
}

/** Sockets that the app reset are noticed, and dialled anew, a little after it listens again. */
const AFTERMATH_MS = 300

export class Tally {
  readonly rows: Map<string, Row> = new Map()
  readonly examples: Map<string, { count: number; first: string }> = new Map()
  #away: { from: number; to: number }[] = []
  requests = 0

  request(kind: string, count = 1): void {
    this.#row(kind).requests += count
    this.requests += count
  }

  right(kind: string, count = 1): void {
    this.#row(kind).right += count
  }

  /** `since` is when the request that went wrong began. */
  wrong(kind: string, error: unknown, since: number, asked = ''): void {
    const away = error instanceof Wrong && error.byAppAway && this.#wasAway(since)
    if (away) this.#row(kind).excused++
    else this.unexpected(kind, `${error instanceof Error ? error.message : String(error)} ${asked}`)
  }

  excused(kind: string): void {
    this.#row(kind).excused++
  }

  unexpected(kind: string, what: string): void {
    this.#row(kind).unexpected++
    // Examples are kept apart by their shape, not by their numbers.
    const shape = `${kind}: ${what.replace(/\d+/g, 'N').slice(0, 80)}`
    const known = this.examples.get(shape)
    const first = `at ${(performance.now() / 1_000).toFixed(1)} s: ${what.slice(0, 400)}`
    this.examples.set(shape, { count: (known?.count ?? 0) + 1, first: known?.first ?? first })
  }

  get unexpectedCount(): number {
    return [...this.rows.values()].reduce((total, row) => total + row.unexpected, 0)
  }

  appLeft(): void {
    this.#away.push({ from: performance.now(), to: Number.POSITIVE_INFINITY })
  }

  appBack(): void {
    const last = this.#away.at(-1)
    if (last !== undefined) last.to = performance.now() + AFTERMATH_MS
  }

  #wasAway(since: number): boolean {
    return this.#away.some(({ from, to }) => since < to && performance.now() >= from)
  }

  #row(kind: string): Row {
    const row = this.rows.get(kind) ?? { requests: 0, right: 0, excused: 0, unexpected: 0 }
    this.rows.set(kind, row)
    return row
  }
}
