/** Asks an address in HTTP/1.1, and where that is not understood, in what else it might speak. */
import type { Socket } from 'node:net'
import { type ConnectionOptions, connect as connectTls } from 'node:tls'
import type { Clock } from '../clock.ts'
import type { Limits } from '../limits.ts'
import { connectTo, type Failure, failure, isFailure, NO_TIME, type Place, talk, within } from './dial.ts'
import { type Speech, speechOf } from './speech.ts'

/** What every question needs. */
export interface Asking {
  readonly clock: Clock
  readonly limits: Limits
  readonly version: string
  readonly stopped: AbortSignal
}

export interface Request {
  readonly method: 'GET' | 'HEAD'
  readonly path: string
  /** For the Host field. */
  readonly authority: string
}

export interface Asked {
  readonly speech: Speech
  /** Why there was no more, or nothing. */
  readonly code?: string
  readonly askedAtMs: number
  readonly heardAtMs: number
}

/** RFC 9113 §3.4, and a SETTINGS frame that sets nothing. */
const HTTP2_PREFACE = Buffer.concat([
  Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]),
])

const BAD_REQUEST = Buffer.from('400')
const HTTP1 = Buffer.from('HTTP/1.')
/** The head of a frame of HTTP/2, which is longer than the beginning of anything else. */
const TELLING_BYTES = 9

export async function speechAt(place: Place, request: Request, asking: Asking): Promise<Asked | Failure> {
  const { clock, limits, stopped } = asking
  const over = within(clock, limits.checkMs, stopped)
  const socket = await connectTo(place, over)
  if (isFailure(socket)) return socket
  const asked = await ask(socket, request, asking, over)
  if (asked.speech.kind !== 'nothing') return asked
  const other = await otherSpeech(place, asking)
  return other === undefined ? asked : { ...asked, speech: other }
}

/** One request on a connection, which is gone afterwards. */
export async function ask(
  wire: Socket,
  { method, path, authority }: Request,
  { clock, limits, version }: Asking,
  over: AbortSignal,
): Promise<Asked> {
  const fields = [`Host: ${authority}`, `User-Agent: podspan-check/${version}`, 'Accept: */*', 'Connection: close']
  const say = `${[`${method} ${path} HTTP/1.1`, ...fields].join('\r\n')}\r\n\r\n`
  // What a 400 goes on to say may be that it wants TLS; who says anything else than HTTP/1.1 is not waited for.
  const isWhole = (bytes: Buffer): boolean => bytes.includes('\r\n\r\n') && !bytes.subarray(9, 12).equals(BAD_REQUEST)
  const isEnough = (bytes: Buffer): boolean => isForeign(bytes) || (method === 'HEAD' && isWhole(bytes))
  const askedAtMs = clock.wallMs()
  const { bytes, code } = await talk(wire, { say, isEnough, bytesMax: limits.checkBytesMax }, over)
  return { speech: speechOf(bytes), ...(code !== undefined && { code }), askedAtMs, heardAtMs: clock.wallMs() }
}

/** Resolves when the handshake is done. */
export function connectSecurely(
  place: Place,
  options: ConnectionOptions,
  over: AbortSignal,
): Promise<ReturnType<typeof connectTls> | Failure> {
  if (over.aborted) return Promise.resolve({ kind: 'failure', code: NO_TIME })
  return new Promise((resolve) => {
    const socket = connectTls({ ...place, ALPNProtocols: ['h2', 'http/1.1'], ...options })
    const end = (result: typeof socket | Failure): void => {
      over.removeEventListener('abort', late)
      if (isFailure(result)) socket.destroy()
      resolve(result)
    }
    const late = (): void => end({ kind: 'failure', code: NO_TIME })
    over.addEventListener('abort', late)
    socket.on('error', (error) => end(failure(error)))
    socket.on('secureConnect', () => end(socket))
  })
}

/** Greets in HTTP/2, and listens whether that is what is spoken there. */
export async function askHttp2(wire: Socket, { clock, limits }: Asking, over: AbortSignal): Promise<Asked> {
  const isEnough = (bytes: Buffer): boolean => speechOf(bytes).kind === 'http2'
  const askedAtMs = clock.wallMs()
  const { bytes, code } = await talk(wire, { say: HTTP2_PREFACE, isEnough, bytesMax: limits.checkBytesMax }, over)
  return { speech: speechOf(bytes), ...(code !== undefined && { code }), askedAtMs, heardAtMs: clock.wallMs() }
}

async function otherSpeech(place: Place, asking: Asking): Promise<Speech | undefined> {
  const over = within(asking.clock, asking.limits.checkMs / 2, asking.stopped)
  const [secure, plain] = await Promise.all([
    connectSecurely(place, { rejectUnauthorized: false }, over),
    connectTo(place, over),
  ])
  if (!isFailure(secure)) secure.destroy()
  const speech = isFailure(plain) ? undefined : (await askHttp2(plain, asking, over)).speech
  if (!isFailure(secure)) return { kind: 'tls' }
  return speech?.kind === 'http2' ? speech : undefined
}

function isForeign(bytes: Buffer): boolean {
  return bytes.length >= TELLING_BYTES && !bytes.subarray(0, HTTP1.length).equals(HTTP1)
}
