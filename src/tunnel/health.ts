/**
 * `/healthz` and `/readyz` on a port of their own, answered by the data thread: they say that this thread turns and that
 * it listens. They never depend on the collector or the observer, or a stuck backend would restart healthy pods; `/readyz`
 * depends on the app only where that was asked for.
 */
import { createServer, type Socket } from 'node:net'
import type { Clock } from '../clock.ts'
import { RequestDecoder } from '../http1/decoder.ts'
import { encodeResponseHead } from '../http1/encoder.ts'
import { type Framing, field, linesOf } from '../http1/message.ts'
import type { Limits } from '../limits.ts'
import type { AppProbe } from './app-probe.ts'
import { type ListenFailure, started } from './listen.ts'
import { ownAnswer } from './own-answer.ts'
import { refusal } from './refusal.ts'

export interface HealthServer {
  readonly host: string
  readonly port: number
  close(): void
}

interface HealthParts {
  readonly clock: Clock
  readonly limits: Limits
  readonly isReady: () => boolean
  /** Asked by `/readyz` when podspan itself is ready. */
  readonly appProbe: AppProbe | undefined
  /** A line for people. */
  readonly say: (text: string) => void
}

export async function serveHealth(
  address: { readonly host: string; readonly port: number },
  parts: HealthParts,
): Promise<HealthServer | ListenFailure> {
  const server = createServer({ noDelay: true }, (socket) => answerOne(socket, parts))
  // A probe is one small connection every few seconds; more is somebody else's business.
  server.maxConnections = parts.limits.healthConnectionsMax
  const bound = await started(server, address, parts.say)
  return 'kind' in bound ? bound : { ...bound, close: () => server.close() }
}

/** One request a connection: a probe never sends a second one. */
function answerOne(socket: Socket, parts: HealthParts): void {
  const { clock, limits } = parts
  const decoder = new RequestDecoder(limits)
  const cancel = clock.after(limits.healthMs, () => socket.destroy())
  socket.on('close', cancel)
  socket.on('error', () => {})
  socket.on('data', async (bytes: Buffer) => {
    decoder.push(bytes)
    const part = decoder.next()
    if (part === undefined) return
    socket.removeAllListeners('data')
    if (part.kind === 'error') refusal(socket, part)
    else if (part.kind === 'head') socket.write(await answer(part.head.method, part.head.target, parts))
    socket.end()
    socket.resume()
  })
}

async function answer(method: string, target: string, parts: HealthParts): Promise<Buffer> {
  const path = target.split('?', 1)[0] ?? ''
  const unready = path === '/readyz' ? await whyUnready(parts) : undefined
  const { status, reason, said } = verdict(method, path, unready)
  const body = Buffer.from(said)
  const declared: Framing = { kind: 'length', bytes: body.length }
  const fields = [field('Content-Type', 'text/plain; charset=utf-8'), field('Cache-Control', 'no-store')]
  if (status === 405) fields.push(field('Allow', 'GET, HEAD'))
  const text = encodeResponseHead({ status, reason, lines: linesOf(fields), declared, close: true, version: '1.1' })
  const head = Buffer.from(text, 'latin1')
  return method === 'HEAD' ? head : Buffer.concat([head, body])
}

async function whyUnready({ isReady, appProbe }: HealthParts): Promise<string | undefined> {
  return isReady() ? appProbe?.() : 'draining'
}

function verdict(
  method: string,
  path: string,
  unready: string | undefined,
): { status: number; reason: string; said: string } {
  if (path !== '/healthz' && path !== '/readyz') {
    return { status: 404, reason: 'Not Found', said: 'podspan: /healthz and /readyz are here\n' }
  }
  if (method !== 'GET' && method !== 'HEAD') {
    return { status: 405, reason: ownAnswer(405, '').reason, said: 'podspan: GET or HEAD\n' }
  }
  if (unready !== undefined) return { status: 503, reason: ownAnswer(503, '').reason, said: `${unready}\n` }
  return { status: 200, reason: 'OK', said: 'ok\n' }
}
