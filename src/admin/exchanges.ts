/** `/exchanges`: what the ring holds, those that were asked for, in the form that was asked for. Pure. */
import type { Exchange } from '../exchange.ts'
import { asciiJson } from '../json.ts'
import type { Observed } from '../observer/stats.ts'
import { printable } from '../printable.ts'
import { type Answer, JSON_TYPE, NDJSON_TYPE, problem } from './answer.ts'
import type { AdminParts, SpansJson } from './parts.ts'
import type { Asked } from './query.ts'

/** The newest so many of those that match, oldest first. */
export function select(ring: AdminParts['ring'], asked: Pick<Asked, 'matches' | 'limit'>): readonly Observed[] {
  return newest(numbersOf(ring, asked), asked.limit).flatMap((number) => ring.numbered(number) ?? [])
}

function newest<Item>(items: readonly Item[], limit: number | undefined): readonly Item[] {
  return limit === undefined ? items : items.slice(Math.max(0, items.length - limit))
}

export async function exchangesAnswer({ ring, spansJson }: AdminParts, asked: Asked): Promise<Answer> {
  const matching = numbersOf(ring, asked)
  const chosen = new Chosen(ring, newest(matching, asked.limit))
  if (asked.format === 'ndjson') return { kind: 'pieces', type: NDJSON_TYPE, pieces: lines(chosen) }
  if (asked.format !== 'otlp')
    return {
      kind: 'pieces',
      type: JSON_TYPE,
      pieces: listed(chosen, { held: ring.size, matched: matching.length }),
    }
  const write = await spansJson()
  if (write === undefined)
    return problem(501, 'no_opentelemetry', 'OpenTelemetry cannot be loaded here; format=ndjson says the same')
  return { kind: 'pieces', type: JSON_TYPE, pieces: spans(chosen, write) }
}

/** By which the ring knows those that match. No more than one at a time is made of what the ring keeps. */
function numbersOf(ring: AdminParts['ring'], { matches }: Pick<Asked, 'matches'>): readonly number[] {
  const numbers: number[] = []
  for (let number = ring.pushed - ring.size; number < ring.pushed; number++) {
    const observed = ring.numbered(number)
    if (observed !== undefined && matches(observed.exchange)) numbers.push(number)
  }
  return numbers
}

/** A reader who is slow to come for them keeps none of them in memory: what the ring lets go meanwhile is left out. */
class Chosen {
  readonly #ring: AdminParts['ring']
  readonly #numbers: readonly number[]
  missed = 0

  constructor(ring: AdminParts['ring'], numbers: readonly number[]) {
    this.#ring = ring
    this.#numbers = numbers
  }

  *[Symbol.iterator](): Generator<Exchange> {
    for (const number of this.#numbers) {
      const observed = this.#ring.numbered(number)
      if (observed === undefined) this.missed++
      else yield observed.exchange
    }
  }
}

function* lines(chosen: Chosen): Generator<string> {
  for (const exchange of chosen) yield `${asciiJson(exchange)}\n`
  if (chosen.missed > 0) yield `{"missed":${chosen.missed}}\n`
}

/** An ExchangesAnswer. */
function* listed(chosen: Chosen, counts: { readonly held: number; readonly matched: number }): Generator<string> {
  let before = '{"exchanges":['
  for (const exchange of chosen) {
    yield before + asciiJson(exchange)
    before = ','
  }
  yield `${before === ',' ? '' : before}],${asciiJson(counts).slice(1)}`
}

/** Spans that are written at one time. */
const SPANS_BATCH = 50
const SPANS_BEFORE = '{"resourceSpans":['
const SPANS_AFTER = ']}'

/** One ExportTraceServiceRequest, put together of small ones. */
function* spans(chosen: Chosen, write: SpansJson): Generator<string> {
  yield SPANS_BEFORE
  let before = ''
  for (const batch of batchesOf(chosen)) {
    const text = write(batch)
    yield before + printable(text.slice(SPANS_BEFORE.length, -SPANS_AFTER.length))
    before = ','
  }
  yield SPANS_AFTER
}

function* batchesOf(chosen: Chosen): Generator<readonly Exchange[]> {
  let batch: Exchange[] = []
  for (const exchange of chosen) {
    batch.push(exchange)
    if (batch.length < SPANS_BATCH) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}
