/** `/exchanges`: what the ring holds, those that were asked for, in the form that was asked for. Pure. */
import type { Exchange } from '../exchange.ts'
import { asciiJson } from '../json.ts'
import type { Observed } from '../observer/stats.ts'
import { printable } from '../printable.ts'
import { type Answer, JSON_TYPE, NDJSON_TYPE, problem } from './answer.ts'
import type { AdminParts, SpansJson } from './parts.ts'
import type { Asked } from './query.ts'

/** The newest so many of those that match, oldest first, and how many match in all. */
export function select(
  items: readonly Observed[],
  { matches, limit }: Pick<Asked, 'matches' | 'limit'>,
): { readonly chosen: readonly Observed[]; readonly matched: number } {
  const matching = items.filter(({ exchange }) => matches(exchange))
  const chosen = limit === undefined ? matching : matching.slice(Math.max(0, matching.length - limit))
  return { chosen, matched: matching.length }
}

export async function exchangesAnswer({ ring, spansJson }: AdminParts, asked: Asked): Promise<Answer> {
  const held = ring.latest()
  const { chosen, matched } = select(held, asked)
  const exchanges = chosen.map(({ exchange }) => exchange)
  if (asked.format === 'ndjson') return { kind: 'pieces', type: NDJSON_TYPE, pieces: lines(exchanges) }
  if (asked.format !== 'otlp')
    return { kind: 'pieces', type: JSON_TYPE, pieces: listed(exchanges, { held: held.length, matched }) }
  const write = await spansJson()
  if (write === undefined)
    return problem(501, 'no_opentelemetry', 'OpenTelemetry cannot be loaded here; format=ndjson says the same')
  return { kind: 'pieces', type: JSON_TYPE, pieces: spans(exchanges, write) }
}

function* lines(exchanges: readonly Exchange[]): Generator<string> {
  for (const exchange of exchanges) yield `${asciiJson(exchange)}\n`
}

/** An ExchangesAnswer. */
function* listed(
  exchanges: readonly Exchange[],
  counts: { readonly held: number; readonly matched: number },
): Generator<string> {
  let before = '{"exchanges":['
  for (const exchange of exchanges) {
    yield before + asciiJson(exchange)
    before = ','
  }
  yield `${exchanges.length === 0 ? before : ''}],${asciiJson(counts).slice(1)}`
}

/** Spans that are written at one time. */
const SPANS_BATCH = 50
const SPANS_BEFORE = '{"resourceSpans":['
const SPANS_AFTER = ']}'

/** One ExportTraceServiceRequest, put together of small ones. */
function* spans(exchanges: readonly Exchange[], write: SpansJson): Generator<string> {
  yield SPANS_BEFORE
  for (let from = 0; from < exchanges.length; from += SPANS_BATCH) {
    const text = write(exchanges.slice(from, from + SPANS_BATCH))
    yield (from === 0 ? '' : ',') + printable(text.slice(SPANS_BEFORE.length, -SPANS_AFTER.length))
  }
  yield SPANS_AFTER
}
