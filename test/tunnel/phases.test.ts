/**
 * A peer that goes away, by RST or by FIN, at every point of an exchange: through a real listener, over real sockets, a
 * hundred times each. Every request that began leaves one record with the right outcome, the other side is never told of a
 * clean end that there was not, no socket stays behind, and the next client is served.
 */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server } from 'node:net'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { createClock } from '../../src/clock.ts'
import { createChain } from '../../src/decorators/chain.ts'
import type { Exchange } from '../../src/exchange.ts'
import { InflightTable } from '../../src/inflight.ts'
import { DEFAULT_LIMITS } from '../../src/limits.ts'
import { ConnectionCount, countMemory } from '../../src/tunnel/connection-count.ts'
import { onlyDestination } from '../../src/tunnel/destination.ts'
import { createDial } from '../../src/tunnel/dial.ts'
import { Flushes } from '../../src/tunnel/flushes.ts'
import { type Listener, listen } from '../../src/tunnel/listen.ts'
import { ReadBuffers } from '../../src/tunnel/read-buffers.ts'
import { End, settled } from '../support/play.ts'

const RUNS = 100
const WAIT = { timeout: 10_000, interval: 10 }

const GET = 'GET /a HTTP/1.1\r\nHost: h\r\n\r\n'
const POST = 'POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n'
const CHUNKED_POST = 'POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n'
const UPGRADE = 'GET /a HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n'
const SWITCHED = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n'
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
const ANSWER_HEAD = 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n'
const CHUNKED_ANSWER_HEAD = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'
const UNTIL_CLOSE_HEAD = 'HTTP/1.1 200 OK\r\n\r\n'

type Side = 'client' | 'origin'
type Kind = 'RST' | 'FIN'

/** Who sends what, and up to what the other one then receives; without it, nothing arrives there yet. */
type Step = readonly [from: Side, text: string, arrives?: string]

const ASKED: Step = ['client', GET, '\r\n\r\n']
const POSTED: Step = ['client', POST, '\r\n\r\n']
const POSTED_CHUNKED: Step = ['client', CHUNKED_POST, '\r\n\r\n']
const ANSWERED: Step = ['origin', OK, 'ok']
const ANSWER_BEGUN: Step = ['origin', ANSWER_HEAD, '\r\n\r\n']

const PHASES = {
  connected: [],
  'in the request head': [['client', 'GET /a HTTP/1.1\r\nHo']],
  'after the request head': [POSTED],
  'in the request body': [POSTED, ['client', 'hello', 'hello']],
  'in a chunk of the request': [POSTED_CHUNKED, ['client', 'a\r\nhello', 'hello']],
  'before the answer': [ASKED],
  'in the answer head': [ASKED, ['origin', 'HTTP/1.1 200 OK\r\nConte']],
  'after the answer head': [ASKED, ANSWER_BEGUN],
  'in the answer body': [ASKED, ANSWER_BEGUN, ['origin', 'hello', 'hello']],
  'in a chunk of the answer': [ASKED, ['origin', CHUNKED_ANSWER_HEAD, '\r\n\r\n'], ['origin', 'a\r\nhello', 'hello']],
  'after the answer': [ASKED, ANSWERED],
  'in a tunnel': [
    ['client', UPGRADE, '\r\n\r\n'],
    ['origin', SWITCHED, '\r\n\r\n'],
    ['client', 'ping', 'ping'],
    ['origin', 'pong', 'pong'],
  ],
  // Two that only an origin has: the connection is only made for a request, and a close may be the end of a body.
  'connected, for a request': [['client', GET]],
  'in the request head, of a kept connection': [ASKED, ANSWERED, ['client', 'GET /a HT']],
  'in an answer until the close': [ASKED, ['origin', UNTIL_CLOSE_HEAD, '\r\n\r\n'], ['origin', 'hello', 'hello']],
} satisfies Record<string, readonly Step[]>

interface Scene {
  readonly client: End
  /** The newest connection to the origin, waited for. */
  origin(): Promise<End>
}

/** What happens on the other side after that, and there. */
type Sequel = (scene: Scene) => Promise<void>

const nothing: Sequel = () => settled()

const originBroken: Sequel = async ({ origin }) => (await origin()).seesBreak()

/** The client ended its side only: it takes what is still to come, and then hears the end. */
function answeredAfterAll(rest: string, arrives: string): Sequel {
  return async ({ client, origin }) => {
    const app = await origin()
    app.sends(rest)
    await client.receivesUpTo(arrives)
    await client.seesEnd()
  }
}

const refused: Sequel = async ({ client }) => {
  expect(await client.receivesUpTo('\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 [\s\S]*Connection: close/)
  await client.receivesUpTo('\n')
  await client.seesEnd()
}

const refusedAndOriginBroken: Sequel = async (scene) => {
  await refused(scene)
  await originBroken(scene)
}

const clientBroken: Sequel = ({ client }) => client.seesBreak()
const clientEnded: Sequel = ({ client }) => client.seesEnd()

const badGateway: Sequel = async ({ client }) => {
  await client.receivesUpTo('HTTP/1.1 502 ')
  await client.receivesUpTo(')\n')
}

const badGatewayAndEnd: Sequel = async (scene) => {
  await badGateway(scene)
  await clientEnded(scene)
}

/** On the client's connection everything goes on, with a new connection to the origin. */
function goesOn(request: string, before: Sequel = nothing): Sequel {
  return async (scene) => {
    await before(scene)
    await settled()
    origins.length = 0
    scene.client.sends(request)
    const app = await scene.origin()
    await app.receivesUpTo('\r\n\r\n')
    app.sends(OK)
    await scene.client.receivesUpTo('ok')
  }
}

const tunnelEndedByClient: Sequel = async ({ client, origin }) => {
  const app = await origin()
  await app.seesEnd()
  app.sends('last')
  app.finishes()
  await client.receives('last')
  await client.seesEnd()
}

const tunnelEndedByOrigin: Sequel = async ({ client, origin }) => {
  await client.seesEnd()
  client.sends('last')
  client.finishes()
  const app = await origin()
  await app.receives('last')
  await app.seesEnd()
}

const bodyEnded: Sequel = ({ client }) => client.receives('\r\n0\r\n\r\n')

type Row = readonly [side: Side, kind: Kind, phase: keyof typeof PHASES, records: readonly string[], sequel: Sequel]

/** A record is its outcome, the status the client got, and whose fault it was. */
const ANSWER = 'complete 200 -'
const BAD_GATEWAY = 'origin-aborted 502 origin'
const INCOMPLETE = 'refused-request 400 client'

/** A FIN of the origin in mid-message is no better than its RST. */
function either(phase: keyof typeof PHASES, records: readonly string[], sequel: Sequel): Row[] {
  return (['RST', 'FIN'] as const).map((kind) => ['origin', kind, phase, records, sequel])
}

const TABLE: readonly Row[] = [
  ['client', 'RST', 'connected', [], nothing],
  ['client', 'RST', 'in the request head', ['client-aborted - client'], nothing],
  ['client', 'RST', 'after the request head', ['client-aborted - client'], originBroken],
  ['client', 'RST', 'in the request body', ['client-aborted - client'], originBroken],
  ['client', 'RST', 'in a chunk of the request', ['client-aborted - client'], originBroken],
  ['client', 'RST', 'before the answer', ['client-aborted - client'], originBroken],
  ['client', 'RST', 'in the answer head', ['client-aborted - client'], originBroken],
  ['client', 'RST', 'after the answer head', ['client-aborted 200 client'], originBroken],
  ['client', 'RST', 'in the answer body', ['client-aborted 200 client'], originBroken],
  ['client', 'RST', 'in a chunk of the answer', ['client-aborted 200 client'], originBroken],
  ['client', 'RST', 'after the answer', [ANSWER], nothing],
  ['client', 'RST', 'in a tunnel', ['client-aborted 101 client'], originBroken],

  ['client', 'FIN', 'connected', [], clientEnded],
  ['client', 'FIN', 'in the request head', [INCOMPLETE], refused],
  ['client', 'FIN', 'after the request head', [INCOMPLETE], refusedAndOriginBroken],
  ['client', 'FIN', 'in the request body', [INCOMPLETE], refusedAndOriginBroken],
  ['client', 'FIN', 'in a chunk of the request', [INCOMPLETE], refusedAndOriginBroken],
  ['client', 'FIN', 'before the answer', [ANSWER], answeredAfterAll(OK, 'ok')],
  ['client', 'FIN', 'in the answer head', [ANSWER], answeredAfterAll('nt-Length: 2\r\n\r\nok', 'ok')],
  ['client', 'FIN', 'after the answer head', [ANSWER], answeredAfterAll('helloworld', 'helloworld')],
  ['client', 'FIN', 'in the answer body', [ANSWER], answeredAfterAll('world', 'world')],
  ['client', 'FIN', 'in a chunk of the answer', [ANSWER], answeredAfterAll('world\r\n0\r\n\r\n', '0\r\n\r\n')],
  ['client', 'FIN', 'after the answer', [ANSWER], clientEnded],
  ['client', 'FIN', 'in a tunnel', ['complete 101 -'], tunnelEndedByClient],

  ...either('connected, for a request', [BAD_GATEWAY], badGateway),
  ...either('in the request head, of a kept connection', [ANSWER, ANSWER], goesOn('TP/1.1\r\nHost: h\r\n\r\n')),
  ...either('after the request head', [BAD_GATEWAY], badGatewayAndEnd),
  ...either('in the request body', [BAD_GATEWAY], badGatewayAndEnd),
  ...either('in a chunk of the request', [BAD_GATEWAY], badGatewayAndEnd),
  ...either('before the answer', [BAD_GATEWAY, ANSWER], goesOn(GET, badGateway)),
  ...either('in the answer head', [BAD_GATEWAY, ANSWER], goesOn(GET, badGateway)),
  ...either('after the answer head', ['origin-aborted 200 origin'], clientBroken),
  ...either('in the answer body', ['origin-aborted 200 origin'], clientBroken),
  ...either('in a chunk of the answer', ['origin-aborted 200 origin'], clientBroken),
  ...either('after the answer', [ANSWER, ANSWER], goesOn(GET)),
  ['origin', 'RST', 'in an answer until the close', ['origin-aborted 200 origin'], clientBroken],
  ['origin', 'RST', 'in a tunnel', ['origin-aborted 101 origin'], clientBroken],
  ['origin', 'FIN', 'in an answer until the close', [ANSWER], bodyEnded],
  ['origin', 'FIN', 'in a tunnel', ['complete 101 -'], tunnelEndedByOrigin],
]

const exchanges: Exchange[] = []
const inflight = new InflightTable(DEFAULT_LIMITS.inflightSlots)
const unhandled: unknown[] = []
const note = (error: unknown): number => unhandled.push(error)
let app: Server
let origins: End[] = []
let listener: Listener
let socketsAtFirst: number

beforeAll(async () => {
  process.on('uncaughtException', note).on('unhandledRejection', note)
  app = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => origins.push(new End(socket)))
  await once(app.listen(0, '127.0.0.1'), 'listening')
  listener = await startListener((app.address() as AddressInfo).port)
  socketsAtFirst = sockets()
})
afterAll(async () => {
  process.off('uncaughtException', note).off('unhandledRejection', note)
  await listener.drain(0)
  app.close()
})

async function startListener(port: number): Promise<Listener> {
  const clock = createClock()
  const limits = DEFAULT_LIMITS
  const buffers = new ReadBuffers(limits)
  let ids = 0
  const trace = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), sampled: true, random: true }
  const parts = {
    clock,
    limits,
    inflight,
    sink: (exchange: Exchange) => exchanges.push(exchange),
    chain: createChain([], { clock, limits, report: () => {} }),
    kind: 'server' as const,
    destination: onlyDestination(createDial({ kind: 'tcp', host: '127.0.0.1', port }, { limits, clock, buffers })),
    trace: () => ({ trace, lines: 'traceparent: T\r\n', replaces: new Set(['traceparent']) }),
    nextExchangeId: () => ++ids,
    flushes: new Flushes(clock, inflight),
    nextConnectionId: () => ++ids,
    record: { trustedHops: 0, capture: { request: [], response: [] } },
    forwarding: [],
    isDraining: () => false,
  }
  const alone = { count: new ConnectionCount(countMemory(1), 0), buffers, sharesPort: false, opaque: undefined }
  const started = await listen({ host: '127.0.0.1', port: 0 }, { parts, ...alone, say: () => {} })
  if ('kind' in started) throw new Error(started.code)
  return started
}

async function newScene(): Promise<Scene> {
  origins = []
  const socket = connect({ host: '127.0.0.1', port: listener.port, allowHalfOpen: true, noDelay: true })
  await once(socket, 'connect')
  return { client: new End(socket), origin: () => vi.waitUntil(() => origins.at(-1), { ...WAIT, interval: 1 }) }
}

async function step(scene: Scene, [from, text, arrives]: Step): Promise<void> {
  const sender = from === 'client' ? scene.client : await scene.origin()
  sender.sends(text)
  if (arrives === undefined) return settled()
  await (from === 'client' ? await scene.origin() : scene.client).receivesUpTo(arrives)
}

/** One exchange up to the phase, the break, and what follows; then everybody goes home. */
async function play([side, kind, phase, records, sequel]: Row): Promise<string[]> {
  const earlier = exchanges.length
  const scene = await newScene()
  for (const each of PHASES[phase]) await step(scene, each)
  const leaving = side === 'client' ? scene.client : await scene.origin()
  if (kind === 'RST') leaving.vanishes()
  else leaving.finishes()
  await sequel(scene)
  for (let turn = 0; exchanges.length - earlier < records.length && turn < 50; turn++) await settled()
  for (const { wire } of [scene.client, ...origins]) wire.destroy()
  return exchanges
    .slice(earlier)
    .map(({ outcome, response, error }) => `${outcome} ${response?.status ?? '-'} ${error?.at ?? '-'}`)
}

function sockets(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length
}

const NAMED = TABLE.map((row) => [`${row[1]} of the ${row[0]}, ${row[2]}`, row] as const)

test.each(NAMED)(`%s, ${RUNS} times`, async (_name, row) => {
  const earlier = exchanges.length
  for (let run = 0; run < RUNS; run++) expect(await play(row)).toEqual(row[3])
  await vi.waitFor(() => expect(sockets()).toBe(socketsAtFirst), WAIT)
  expect(exchanges.length - earlier).toBe(RUNS * row[3].length)
  expect(inflight.count()).toBe(0)
  expect(unhandled).toEqual([])
  expect(await play(['client', 'FIN', 'after the answer', [ANSWER], clientEnded])).toEqual([ANSWER])
})
