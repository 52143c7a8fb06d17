/** OTLP bodies by signal and encoding: the official serialisers, and what an answer says of items it did not take. */
import {
  type ISerializer,
  JsonLogsSerializer,
  JsonMetricsSerializer,
  JsonTraceSerializer,
  ProtobufLogsSerializer,
  ProtobufMetricsSerializer,
  ProtobufTraceSerializer,
} from '@opentelemetry/otlp-transformer'
import type { OtlpProtocol } from '../src/config-otlp.ts'

export type Encoding = 'protobuf' | 'json'

export interface Rejection {
  readonly rejected: number
  readonly message: string
}

/** How one signal is written, and its answers read. */
export interface Codec<Items> {
  readonly encoding: Encoding
  readonly contentType: string
  encode(items: Items): Uint8Array
  /** Undefined: it took everything, or what it answered is not the answer of an OTLP backend. */
  rejection(answer: Uint8Array): Rejection | undefined
}

/** What one request of each signal is made of. */
export interface Requests {
  traces: Parameters<typeof ProtobufTraceSerializer.serializeRequest>[0]
  metrics: Parameters<typeof ProtobufMetricsSerializer.serializeRequest>[0]
  logs: Parameters<typeof ProtobufLogsSerializer.serializeRequest>[0]
}

const SERIALIZERS: { readonly [Name in keyof Requests]: Record<Encoding, ISerializer<Requests[Name], unknown>> } = {
  traces: { protobuf: ProtobufTraceSerializer, json: JsonTraceSerializer },
  metrics: { protobuf: ProtobufMetricsSerializer, json: JsonMetricsSerializer },
  logs: { protobuf: ProtobufLogsSerializer, json: JsonLogsSerializer },
}
const CONTENT_TYPES: Readonly<Record<Encoding, string>> = {
  protobuf: 'application/x-protobuf',
  json: 'application/json',
}
const MESSAGE_CHARS_MAX = 200

export function createCodec<Name extends keyof Requests>(name: Name, protocol: OtlpProtocol): Codec<Requests[Name]> {
  const encoding = protocol === 'http/json' ? 'json' : 'protobuf'
  const serializer: ISerializer<Requests[Name], unknown> = SERIALIZERS[name][encoding]
  return {
    encoding,
    contentType: CONTENT_TYPES[encoding],
    encode: (items) => serializer.serializeRequest(items) ?? new Uint8Array(),
    rejection(answer) {
      try {
        return rejectionOf(serializer.deserializeResponse(answer))
      } catch {
        return undefined
      }
    },
  }
}

/** Each signal has its own name for the count; in JSON an int64 may be a string. */
function rejectionOf(response: unknown): Rejection | undefined {
  const { partialSuccess } = (response ?? {}) as { readonly partialSuccess?: Readonly<Record<string, unknown>> }
  if (partialSuccess === undefined || partialSuccess === null) return undefined
  const { rejectedSpans, rejectedDataPoints, rejectedLogRecords, errorMessage } = partialSuccess
  const rejected = Number(rejectedSpans ?? rejectedDataPoints ?? rejectedLogRecords ?? 0)
  // A warning without rejected items is a full success.
  if (!Number.isSafeInteger(rejected) || rejected <= 0) return undefined
  return { rejected, message: String(errorMessage ?? '').slice(0, MESSAGE_CHARS_MAX) }
}
