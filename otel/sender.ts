/** Settings of a signal → all that its delivery needs: how it is written and what carries it. Only the protocol that is used is loaded. */
import { readFileSync } from 'node:fs'
import type { Clock } from '../src/clock.ts'
import type { SignalSettings } from '../src/config-otlp.ts'
import type { Ledger } from '../src/ledger.ts'
import type { Limits } from '../src/limits.ts'
import { shownUrl } from '../src/shown-url.ts'
import type { TlsFiles } from './connections.ts'
import { type Codec, createCodec, type Requests } from './otlp.ts'
import type { Spool } from './spool.ts'
import type { HeardAnswer, Transport } from './transport.ts'

export interface CarrierOptions {
  readonly clock: Clock
  readonly limits: Limits
  readonly say: (text: string) => void
  readonly userAgent: string
  /** Over HTTP: every answer, as it was. */
  readonly heard?: (answer: HeardAnswer) => void
}

export interface SenderOptions extends CarrierOptions {
  readonly ledger: Ledger
  readonly spool?: Spool | undefined
}

/** How a signal is written and what carries it. */
export interface Carrier<Items> {
  readonly codec: Codec<Items>
  readonly transport: Transport
  readonly timeoutMs: number
  /** As it may be shown. */
  readonly endpoint: string
}

export type Sender<Items> = SenderOptions & Carrier<Items>

export async function createSender<Name extends keyof Requests>(
  name: Name,
  settings: SignalSettings,
  options: SenderOptions,
): Promise<Sender<Requests[Name]>> {
  return { ...options, ...(await createCarrier(name, settings, options)) }
}

export async function createCarrier<Name extends keyof Requests>(
  name: Name,
  settings: SignalSettings,
  options: CarrierOptions,
): Promise<Carrier<Requests[Name]>> {
  const codec = createCodec(name, settings.protocol)
  const timeoutMs = settings.timeoutMs ?? options.limits.exportMs
  const transport = await createTransport(name, settings, { ...options, codec, timeoutMs })
  return { codec, transport, timeoutMs, endpoint: shownUrl(settings.endpoint ?? '') }
}

async function createTransport(
  signal: keyof Requests,
  { protocol, endpoint: url = '', headers = {}, gzip = false, tls }: SignalSettings,
  options: CarrierOptions & { readonly codec: Codec<never>; readonly timeoutMs: number },
): Promise<Transport> {
  const { codec, clock, limits, userAgent, timeoutMs, say, heard } = options
  const { encoding, contentType, rejection } = codec
  if (protocol === 'grpc') {
    const { createGrpcTransport } = await import('./grpc.ts')
    return createGrpcTransport({ signal, url, timeoutMs, userAgent, rejection, limits })
  }
  const { HttpTransport } = await import('./transport.ts')
  const files = readTls(tls, say)
  return new HttpTransport({
    url,
    encoding,
    contentType,
    rejection,
    headers,
    gzip,
    tls: files,
    userAgent,
    clock,
    limits,
    heard,
  })
}

/** A file that cannot be read is said; the connection then fails, and says why itself. */
function readTls(paths: SignalSettings['tls'], say: (text: string) => void): TlsFiles {
  const read = Object.entries(paths ?? {}).flatMap(([name, path]) => {
    try {
      return [[name, readFileSync(path)]]
    } catch (error) {
      say(`a file for TLS to the collector cannot be read: ${error}`)
      return []
    }
  })
  return Object.fromEntries(read)
}
