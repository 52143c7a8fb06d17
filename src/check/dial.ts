/** One connection to one address, and what is said on it, within the time of a signal. It knows no protocol. */
import { promises as dns } from 'node:dns'
import { connect, isIP, type Socket } from 'node:net'
import type { Clock } from '../clock.ts'

export type Place = { readonly host: string; readonly port: number } | { readonly path: string }

/** The system's code, or `no time`. */
export interface Failure {
  readonly kind: 'failure'
  readonly code: string
}

export const NO_TIME = 'no time'
const LOOPBACKS = ['127.0.0.1', '::1']

/** Aborts when the time for one question is over, or when everything is to stop. */
export function within(clock: Clock, ms: number, stopped: AbortSignal): AbortSignal {
  const over = new AbortController()
  clock.after(ms, () => over.abort())
  return AbortSignal.any([over.signal, stopped])
}

/** The addresses of a name, in the order in which they are tried. */
export async function resolve(host: string, over: AbortSignal): Promise<readonly string[] | Failure> {
  if (host === 'localhost') return LOOPBACKS
  if (isIP(host) !== 0) return [host]
  const found = dns.lookup(host, { all: true }).then(
    (all) => all.map(({ address }) => address),
    (error) => failure(error),
  )
  return Promise.race([found, aborted(over)])
}

export function connectTo(place: Place, over: AbortSignal): Promise<Socket | Failure> {
  if (over.aborted) return Promise.resolve({ kind: 'failure', code: NO_TIME })
  return new Promise((resolve) => {
    const socket = connect(place)
    const late = (): void => {
      socket.destroy()
      resolve({ kind: 'failure', code: NO_TIME })
    }
    over.addEventListener('abort', late)
    socket.on('error', (error) => resolve(failure(error)))
    socket.on('connect', () => {
      over.removeEventListener('abort', late)
      resolve(socket)
    })
  })
}

export interface Heard {
  readonly bytes: Buffer
  /** Why no more was heard; undefined when it was enough, or the other side ended. */
  readonly code?: string
}

export interface Talk {
  readonly say: Uint8Array | string
  /** Whether all that was wanted is there. */
  readonly isEnough: (bytes: Buffer) => boolean
  readonly bytesMax: number
}

/** Says something and listens; the connection is gone afterwards. */
export function talk(wire: Socket, { say, isEnough, bytesMax }: Talk, over: AbortSignal): Promise<Heard> {
  return new Promise((resolve) => {
    let bytes = Buffer.alloc(0)
    const end = (code?: string): void => {
      over.removeEventListener('abort', late)
      resolve({ bytes, ...(code !== undefined && { code }) })
      wire.destroy()
    }
    const late = (): void => end(NO_TIME)
    if (over.aborted) return late()
    over.addEventListener('abort', late)
    wire.on('data', (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk])
      if (isEnough(bytes) || bytes.length >= bytesMax) end()
    })
    wire.on('error', (error) => end(failure(error).code))
    wire.on('close', () => end())
    wire.write(say)
  })
}

export function isFailure(value: unknown): value is Failure {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'failure'
}

export function failure(error: Error): Failure {
  return { kind: 'failure', code: 'code' in error && typeof error.code === 'string' ? error.code : error.message }
}

function aborted(over: AbortSignal): Promise<Failure> {
  return new Promise((resolve) => {
    const end = (): void => resolve({ kind: 'failure', code: NO_TIME })
    if (over.aborted) end()
    else over.addEventListener('abort', end)
  })
}
