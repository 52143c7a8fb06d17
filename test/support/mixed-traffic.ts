/**
 * Real traffic of every kind, with an app that answers as it is told and a client that checks every byte by checksum.
 * The same seed gives the same requests.
 */
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { Agent, createServer, type IncomingMessage, request, type Server } from 'node:http'
import { buffer } from 'node:stream/consumers'

const BODY_BYTES_MAX = 300 * 1024
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const
const SOCKETS = 16
/** Bytes that repeat nowhere near each other, so that a piece lost, doubled or moved changes the checksum. */
const MATERIAL = Buffer.from(
  Uint32Array.from({ length: BODY_BYTES_MAX / 4 }, (_, i) => Math.imul(i, 2_654_435_761)).buffer,
)

export interface MixedApp {
  readonly port: number
  /** How many requests reached it. */
  requests(): number
  close(): void
}

/** `POST /n?bytes=5000&chunked=1`: answers 5,000 bytes, chunked, and says in a header what the request's body hashed to. */
export async function startMixedApp(): Promise<MixedApp> {
  let requests = 0
  const server = createServer(async (incoming, answer) => {
    requests++
    const received = await buffer(incoming)
    const query = new URL(incoming.url ?? '/', 'http://app').searchParams
    const body = MATERIAL.subarray(0, Number(query.get('bytes')))
    answer.setHeader('x-received', `${received.length} ${checksum(received)}`)
    if (query.get('chunked') === '0') answer.setHeader('content-length', body.length)
    const half = body.length >> 1
    if (query.get('chunked') === '1' && half > 0) answer.write(body.subarray(0, half))
    answer.end(query.get('chunked') === '1' ? body.subarray(half) : body)
  })
  const port = await listenOnFreePort(server)
  return { port, requests: () => requests, close: () => server.close().closeAllConnections() }
}

/** Sends `count` requests over 16 kept-alive sockets and returns what went wrong, a line a request. */
export async function sendMixedRequests(port: number, count: number, seed = 1): Promise<string[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: SOCKETS })
  const random = mulberry32(seed)
  const plans = Array.from({ length: count }, () => plan(random))
  const problems: string[] = []
  const worker = async (): Promise<void> => {
    for (let next = plans.pop(); next !== undefined; next = plans.pop()) {
      const problem = await send(port, agent, next).catch((error: Error) => error.message)
      if (problem !== undefined) problems.push(`${JSON.stringify(next)}: ${problem}`)
    }
  }
  await Promise.all(Array.from({ length: SOCKETS }, worker))
  agent.destroy()
  return problems
}

interface Plan {
  readonly method: (typeof METHODS)[number]
  readonly sentBytes: number
  readonly sentChunked: boolean
  readonly answerBytes: number
  readonly answerChunked: boolean
}

function plan(random: () => number): Plan {
  const method = METHODS[Math.floor(random() * METHODS.length)] ?? 'GET'
  const mayHaveBody = method !== 'GET' && method !== 'HEAD'
  // Mostly small, as traffic is, with every size up to the greatest.
  const bytes = (): number => (random() < 0.1 ? 0 : Math.floor(BODY_BYTES_MAX * random() ** 4))
  return {
    method,
    sentBytes: mayHaveBody ? bytes() : 0,
    sentChunked: mayHaveBody && random() < 0.5,
    answerBytes: bytes(),
    answerChunked: random() < 0.5,
  }
}

async function send(port: number, agent: Agent, what: Plan): Promise<string | undefined> {
  const path = `/mixed?bytes=${what.answerBytes}&chunked=${what.answerChunked ? 1 : 0}`
  const outgoing = request({ host: '127.0.0.1', port, method: what.method, path, agent })
  const sent = MATERIAL.subarray(0, what.sentBytes)
  if (what.sentChunked) outgoing.setHeader('transfer-encoding', 'chunked')
  else if (sent.length > 0) outgoing.setHeader('content-length', sent.length)
  const half = sent.length >> 1
  if (half > 0) outgoing.write(sent.subarray(0, half))
  outgoing.end(sent.subarray(half))
  const [incoming]: IncomingMessage[] = await once(outgoing, 'response')
  if (incoming === undefined) return 'no response'
  const received = await buffer(incoming)
  const expected = MATERIAL.subarray(0, what.method === 'HEAD' ? 0 : what.answerBytes)
  if (incoming.statusCode !== 200) return `status ${incoming.statusCode}`
  if (incoming.headers['x-received'] !== `${sent.length} ${checksum(sent)}`)
    return 'the app got other bytes than were sent'
  if (checksum(received) !== checksum(expected))
    return `got ${received.length} bytes, not the ${expected.length} expected`
  return undefined
}

export async function listenOnFreePort(server: Server): Promise<number> {
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  return address.port
}

function checksum(bytes: Uint8Array): string {
  return createHash('sha1').update(bytes).digest('hex')
}

function mulberry32(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
