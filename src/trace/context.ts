/** Continues the caller's trace or begins one, and writes the fields that hand it to the app. */
import type { ExchangeTrace } from '../exchange.ts'
import { allValues, type Field, field } from '../http1/message.ts'
import type { Ids } from './ids.ts'
import type { Sampler } from './sampler.ts'
import { formatTraceparent, parseTraceparent } from './traceparent.ts'
import { parseTracestate } from './tracestate.ts'

export interface TraceContext {
  readonly trace: ExchangeTrace
  /** traceparent and, where there is one, tracestate: they replace whatever the client sent under these names. */
  readonly headers: readonly Field[]
}

export function createTracer({
  ids,
  sampler,
}: {
  readonly ids: Ids
  readonly sampler: Sampler
}): (fields: readonly Field[]) => TraceContext {
  return (fields) => {
    const parent = parseTraceparent(allValues(fields, 'traceparent'))
    // Without a valid traceparent, tracestate describes nothing (§3.3.1).
    const state = parent === undefined ? undefined : parseTracestate(allValues(fields, 'tracestate'))
    const traceId = parent?.traceId ?? ids.traceId()
    const trace: ExchangeTrace = {
      traceId,
      spanId: ids.spanId(),
      ...(parent === undefined ? {} : { parentSpanId: parent.parentSpanId }),
      sampled: sampler(traceId, parent?.sampled),
      random: parent?.random ?? true,
      ...(state === undefined ? {} : { state }),
    }
    const headers = [field('traceparent', formatTraceparent(trace))]
    if (state !== undefined) headers.push(field('tracestate', state))
    return { trace, headers }
  }
}
