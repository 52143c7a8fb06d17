/**
 * Exchanges → a request of OTLP, span by span, as bytes straight from the record. Through the SDK's span and serialiser the same
 * span costs three times as much. It must say exactly what `toSpan` says: a test compares the two.
 */
import { TraceFlags } from '@opentelemetry/api'
import type { Resource } from '@opentelemetry/resources'
import type { Exchange } from '../src/exchange.ts'
import { AttributeBytes } from './attribute-bytes.ts'
import { errorTypeOf } from './error-type.ts'
import { ProtobufWriter } from './protobuf.ts'
import { spanAttributes } from './span-attributes.ts'
import { hrTime, kindOf, RANDOM_FLAG, type SpanOwner, spanName } from './spans.ts'

/** Field numbers of opentelemetry/proto/trace/v1/trace.proto, each with its wire type. */
const bytes = (field: number): number => (field << 3) | 2
const number = (field: number): number => field << 3
const eightBytes = (field: number): number => (field << 3) | 1
const fourBytes = (field: number): number => (field << 3) | 5

const STATUS_ERROR = 2
/** To begin with. */
const SMALL_BYTES = 128
/** A tag of one byte, and the longest length there is. */
const PREFIX_BYTES_MAX = 6
const HAS_IS_REMOTE = 0x100
const IS_REMOTE = 0x200

export class SpanBytes {
  readonly #owner: SpanOwner
  readonly #writer = new ProtobufWriter()
  readonly #attributes = new AttributeBytes(this.#writer, 9)
  readonly #resource: Uint8Array
  readonly #scope: Uint8Array
  /** Left before the spans for what stands there: its lengths are known last. */
  readonly #roomBytes: number

  constructor(owner: SpanOwner) {
    this.#owner = owner
    this.#resource = resourceBytes(owner.resource)
    this.#scope = scopeBytes(owner.scope)
    this.#roomBytes = this.#resource.length + this.#scope.length + 2 * PREFIX_BYTES_MAX
    this.#writer.skip(this.#roomBytes)
  }

  /** Writes one more: a field `spans` of ScopeSpans, so many bytes of it. */
  add(exchange: Exchange): number {
    const writer = this.#writer
    const { trace, startedAtMs, durationMs } = exchange
    const from = writer.length
    writer.tag(bytes(2))
    const start = writer.openLong()
    writer.tag(bytes(1))
    writer.hex(trace.traceId)
    writer.tag(bytes(2))
    writer.hex(trace.spanId)
    if (trace.state !== undefined && trace.state !== '') {
      writer.tag(bytes(3))
      writer.text(trace.state)
    }
    if (trace.parentSpanId !== undefined) {
      writer.tag(bytes(4))
      writer.hex(trace.parentSpanId)
    }
    writer.tag(bytes(5))
    writer.text(spanName(exchange, this.#owner))
    writer.tag(number(6))
    writer.varint(kindOf(exchange, this.#owner) + 1)
    writer.tag(eightBytes(7))
    writer.unixNanos(...hrTime(startedAtMs))
    writer.tag(eightBytes(8))
    writer.unixNanos(...hrTime(startedAtMs + durationMs))
    this.#attributes.begin()
    spanAttributes(exchange, this.#owner.methods, this.#attributes)
    this.#attributes.end()
    this.#rest(exchange)
    // What has moved does not stand where it was written.
    if (writer.closeLong(start)) this.#attributes.forget()
    return writer.length - from
  }

  /** The last one, which had so many bytes, was never there. */
  takeBack(bytes: number): void {
    this.#writer.truncate(this.#writer.length - bytes)
    this.#attributes.forget()
  }

  /** ExportTraceServiceRequest of those that were written since the last: one resource, one scope. */
  request(): Uint8Array {
    const spansBytes = this.#writer.length - this.#roomBytes
    const scopeSpans = prefixed(bytes(2), this.#scope.length + spansBytes)
    const inResource = this.#resource.length + scopeSpans.length + this.#scope.length + spansBytes
    const head = Buffer.concat([prefixed(bytes(1), inResource), this.#resource, scopeSpans, this.#scope])
    const message = this.#writer.detach()
    this.#writer.skip(this.#roomBytes)
    this.#attributes.forget()
    head.copy(message, this.#roomBytes - head.length)
    return message.subarray(this.#roomBytes - head.length)
  }

  #rest(exchange: Exchange): void {
    const writer = this.#writer
    const { link, sampled, random, parentSpanId } = exchange.trace
    if (link !== undefined) {
      writer.tag(bytes(13))
      const start = writer.open()
      writer.tag(bytes(1))
      writer.hex(link.traceId)
      writer.tag(bytes(2))
      writer.hex(link.spanId)
      writer.tag(fourBytes(6))
      writer.fixed32(HAS_IS_REMOTE | IS_REMOTE)
      writer.close(start)
    }
    if (errorTypeOf(exchange) !== undefined) {
      writer.tag(bytes(15))
      const start = writer.open()
      writer.tag(number(3))
      writer.varint(STATUS_ERROR)
      writer.close(start)
    }
    const flags = (sampled ? TraceFlags.SAMPLED : 0) | (random ? RANDOM_FLAG : 0) | HAS_IS_REMOTE
    writer.tag(fourBytes(16))
    writer.fixed32(parentSpanId === undefined ? flags : flags | IS_REMOTE)
  }
}

/** A tag and the length of what follows it. */
function prefixed(tag: number, length: number): Uint8Array {
  const writer = new ProtobufWriter(SMALL_BYTES)
  writer.tag(tag)
  writer.varint(length)
  return writer.since(0)
}

/** The field `resource` of ResourceSpans. */
function resourceBytes({ attributes }: Resource): Uint8Array {
  const writer = new ProtobufWriter(SMALL_BYTES)
  const sink = new AttributeBytes(writer, 1)
  writer.tag(bytes(1))
  const start = writer.open()
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'string') sink.text(name, value)
    else if (typeof value === 'boolean') sink.flag(name, value)
    else if (Array.isArray(value)) sink.texts(name, value.map(String))
    else if (typeof value === 'number') Number.isInteger(value) ? sink.int(name, value) : sink.double(name, value)
  }
  writer.close(start)
  return writer.since(0)
}

/** The field `scope` of ScopeSpans. */
function scopeBytes({ name, version }: SpanOwner['scope']): Uint8Array {
  const writer = new ProtobufWriter(SMALL_BYTES)
  writer.tag(bytes(1))
  const start = writer.open()
  writer.tag(bytes(1))
  writer.text(name)
  writer.tag(bytes(2))
  writer.text(version)
  writer.close(start)
  return writer.since(0)
}
