/** Continues the caller's trace or begins one, decides whether it is exported, and writes the fields that hand it on. */
import type { ExchangeTrace } from '../exchange.ts'
import { allValues, type Field, linesOf } from '../http1/message.ts'
import { B3_FIELDS, b3Multi, b3Single, parseB3 } from './b3.ts'
import type { Ids } from './ids.ts'
import { randomnessOf, withThreshold } from './otel-state.ts'
import type { Sampler } from './sampler.ts'
import type { RuleFor } from './sampling-rules.ts'
import { parseTraceparent, type TraceParent, traceparentLine } from './traceparent.ts'
import { parseTracestate } from './tracestate.ts'

export type Propagator = 'tracecontext' | 'b3' | 'b3multi'

export interface TraceContext {
  readonly trace: ExchangeTrace
  /** The field lines to send on, each with its CRLF; they replace whatever the client sent under `replaces`. */
  readonly lines: string
  /** Lower-case names. */
  readonly replaces: ReadonlySet<string>
}

/** What is known of a request when its trace is looked for; nothing when no head was understood. */
export interface TracedRequest {
  readonly target: string
  readonly fields: readonly Field[]
}

export type Tracer = (request?: TracedRequest) => TraceContext

export interface TracerOptions {
  readonly ids: Ids
  readonly sampler: Sampler
  readonly ruleFor: RuleFor
  /** In the order in which they are asked; each that is named is also written. */
  readonly propagators: readonly Propagator[]
  /** The caller's context is not believed: a new trace begins, with a link to the one that was claimed. */
  readonly distrust: boolean
  /** The app makes spans of its own: it is told of its caller, and of us only when it has none. */
  readonly appInstrumented: boolean
}

const NOTHING: ReadonlySet<string> = new Set()
const W3C_FIELDS = ['traceparent', 'tracestate']

interface Caller extends TraceParent {
  readonly state?: string | undefined
}

export function createTracer(options: TracerOptions): Tracer {
  const { propagators, ruleFor, appInstrumented } = options
  const names = propagators.flatMap((each) => (each === 'tracecontext' ? W3C_FIELDS : B3_FIELDS))
  const replaces: ReadonlySet<string> = new Set(names)
  return (request) => {
    const fields = request?.fields ?? []
    const claimed = callerOf(fields, propagators)
    const rule = request && ruleFor(request.target, fields)
    const trace = traceOf(options, claimed, rule)
    // A health check is not traced and not touched; an app with spans of its own hangs them on its caller's.
    const passesUntouched = rule === 'never' || (appInstrumented && trace.parentSpanId !== undefined)
    if (passesUntouched) return { trace, lines: '', replaces: NOTHING }
    return { trace, lines: linesFor(trace, propagators), replaces }
  }
}

/** The first of the propagators that finds a valid context. */
function callerOf(fields: readonly Field[], propagators: readonly Propagator[]): Caller | undefined {
  for (const propagator of propagators) {
    if (propagator !== 'tracecontext') {
      const parent = parseB3(fields)
      if (parent !== undefined) return parent
      continue
    }
    const parent = parseTraceparent(allValues(fields, 'traceparent'))
    // Without a valid traceparent, tracestate describes nothing (W3C Trace Context §3.3.1).
    if (parent === undefined) continue
    const state = parseTracestate(allValues(fields, 'tracestate'))
    return state === undefined ? parent : { ...parent, state }
  }
  return undefined
}

function traceOf(
  { ids, sampler, distrust }: TracerOptions,
  claimed: Caller | undefined,
  rule: Sampler | 'never' | undefined,
): ExchangeTrace {
  const caller = distrust ? undefined : claimed
  const traceId = caller?.traceId ?? ids.traceId()
  const input = { traceId, parentSampled: caller?.sampled, randomness: randomnessOf(caller?.state) }
  const decide = rule === 'never' ? NEVER : (rule ?? sampler)
  const { sampled, threshold } = decide(input)
  const keepsDecision = caller !== undefined && threshold === undefined && sampled === caller.sampled
  const state = withThreshold(caller?.state, threshold, keepsDecision)
  const trace: Mutable<ExchangeTrace> = { traceId, spanId: ids.spanId(), sampled, random: caller?.random ?? true }
  if (caller !== undefined) trace.parentSpanId = caller.parentSpanId
  if (state !== undefined) trace.state = state
  if (distrust && claimed !== undefined) trace.link = { traceId: claimed.traceId, spanId: claimed.parentSpanId }
  return trace
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

const NEVER: Sampler = () => ({ sampled: false })

function linesFor(trace: ExchangeTrace, propagators: readonly Propagator[]): string {
  let lines = ''
  for (const propagator of propagators) {
    if (propagator === 'b3') lines += linesOf(b3Single(trace))
    else if (propagator === 'b3multi') lines += linesOf(b3Multi(trace))
    else {
      lines += traceparentLine(trace)
      if (trace.state !== undefined) lines += `tracestate: ${trace.state}\r\n`
    }
  }
  return lines
}
