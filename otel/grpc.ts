/**
 * One OTLP request over gRPC: the SDK's own client, which never tries twice either. Headers, TLS and compression it reads from
 * the standard variables itself. Bodies are given serialised, so that a batch means the same over every protocol.
 */
import {
  convertLegacyOtlpGrpcOptions,
  createOtlpGrpcExportDelegate,
  type OTLPGRPCExporterConfigNode,
} from '@opentelemetry/otlp-grpc-exporter-base'
import type { Limits } from '../src/limits.ts'
import type { Rejection } from './otlp.ts'
import { grpcReply, type Reply } from './policy.ts'
import { retryDelayMs } from './retry-info.ts'
import type { Transport } from './transport.ts'

/** Names of the variables and of the service in opentelemetry-proto. */
const SERVICES = {
  traces: { variables: 'TRACES', name: 'TraceExportService', path: 'trace.v1.TraceService' },
  metrics: { variables: 'METRICS', name: 'MetricsExportService', path: 'metrics.v1.MetricsService' },
  logs: { variables: 'LOGS', name: 'LogsExportService', path: 'logs.v1.LogsService' },
} as const

export interface GrpcOptions {
  readonly signal: keyof typeof SERVICES
  readonly url: string
  readonly timeoutMs: number
  readonly userAgent: string
  readonly rejection: (answer: Uint8Array) => Rejection | undefined
  readonly limits: Limits
}

export function createGrpcTransport({ signal, url, timeoutMs, userAgent, rejection, limits }: GrpcOptions): Transport {
  const { variables, name, path } = SERVICES[signal]
  // What was said of the answer that is being handed over: the delegate reads an answer right before it calls back.
  let said: Rejection | undefined
  const serializer = {
    serializeRequest: (body: Uint8Array): Uint8Array => body,
    deserializeResponse: (answer: Uint8Array): object => {
      said = rejection(answer)
      return {}
    },
  }
  const config: OTLPGRPCExporterConfigNode = {
    url,
    timeoutMillis: timeoutMs,
    userAgent,
    // Above what is ever under way: at its bound the delegate would refuse without asking the backend.
    concurrencyLimit: 2 * limits.exportsMax + 2,
  }
  const delegate = createOtlpGrpcExportDelegate<Uint8Array, object>(
    convertLegacyOtlpGrpcOptions(config, variables),
    serializer,
    'otlp_grpc',
    { name: 'span', countItems: () => 0 },
    undefined,
    name,
    `/opentelemetry.proto.collector.${path}/Export`,
  )
  return {
    encoding: 'protobuf',
    send(body, over) {
      const { promise, resolve } = Promise.withResolvers<Reply>()
      const late = (): void => resolve({ kind: 'failed', reason: 'no answer in time' })
      over.addEventListener('abort', late)
      delegate.export(body, ({ code, error }) => {
        over.removeEventListener('abort', late)
        resolve(code === 0 ? accepted(said) : failed(error))
        said = undefined
      })
      return promise
    },
    close: () => void delegate.shutdown().catch(() => {}),
  }
}

function accepted(said: Rejection | undefined): Reply {
  return { kind: 'accepted', rejected: 0, message: '', ...said }
}

function failed(error: Error | undefined): Reply {
  const { code, metadata } = (error ?? {}) as { readonly code?: unknown; readonly metadata?: GrpcMetadata }
  const details = metadata?.get('grpc-status-details-bin') ?? []
  const [retryAfterMs] = details.flatMap((detail) => retryDelayMs(Buffer.from(detail)) ?? [])
  return grpcReply(typeof code === 'number' ? code : undefined, retryAfterMs, error?.message ?? 'no reason given')
}

interface GrpcMetadata {
  get(key: string): readonly (string | Buffer)[]
}
