/**
 * Open-loop load: requests leave at fixed times, whether or not earlier ones were answered, and a latency counts from the
 * time a request should have left. So a proxy that stalls pays for everyone who had to wait (no coordinated omission).
 * This thread dials and reads; the other one (pacer.ts) keeps the time and writes.
 * `node bench/load/open-loop.ts PORT PATH RATE SECONDS CONNECTIONS BURST` prints a Latencies as JSON.
 */
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { createHistogram } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { BUSY, FREE, nowNs, type Schedule, type Shared, shared } from './schedule.ts'

export interface Latencies {
  readonly answered: number
  /** Requests before those: sent, and not counted. */
  readonly warmUp: number
  /** Due before the end and not answered soon after it: the proxy does not keep up. */
  readonly unanswered: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly p999Ms: number
  readonly maxMs: number
}

const NS_PER_MS = 1e6
const GRACE_MS = 1_000
/** The pacer is a thread that has to start first. */
const START_IN_NS = 200 * NS_PER_MS
/** Of the first answers the bytes of all the others are learned. */
const LEARN_MS = 200
/** A lane whose first request has no answer by then will never have one. */
const LEARN_MS_MAX = 30_000
/** Refusals are cheap: a proxy that only refused would look fast. */
const EXPECTED = 'HTTP/1.1 200'
/** Not counted: code that runs for its first times is slow, here as in the proxy. */
const WARM_UP_S = 0.5
const READ_BYTES = 65_536

const [port = 0, rate = 0, seconds = 0, connections = 0, burst = 0] = [2, 4, 5, 6, 7].map((at) =>
  Number(process.argv[at]),
)
const request = `GET ${process.argv[3]} HTTP/1.1\r\nHost: bench\r\n\r\n`
const histogram = createHistogram({ lowest: 1, highest: 3_600e9, figures: 3 })

// The kernel may end a sleep up to 50 us late, to save power. The other thread inherits what is set here.
writeFileSync('/proc/self/timerslack_ns', '1')
const states = shared(connections)
const lanes = await Promise.all(Array.from({ length: connections }, (_, lane) => dial(lane, states)))
const answerBytes = await learn(lanes)
const warmUp = Math.round(rate * WARM_UP_S)
const schedule: Schedule = {
  states,
  startNs: nowNs() + START_IN_NS,
  request,
  descriptors: lanes.map(({ socket }) => descriptorOf(socket)),
  everyNs: 1e9 / rate,
  burst,
  count: warmUp + Math.round(rate * seconds),
}
const countFromNs = schedule.startNs + warmUp * schedule.everyNs
for (const lane of lanes) lane.expected = answerBytes
const worker = new Worker(new URL('./pacer.ts', import.meta.url), { workerData: schedule })
await Promise.race([once(worker, 'exit'), sleep((WARM_UP_S + seconds) * 1_000 + GRACE_MS)])
await sleep(GRACE_MS / 4)
print()
process.exit(0)

interface Lane {
  readonly socket: Socket
  /** How the first answer begins. */
  beginning: string
  received: number
  /** Bytes of an answer. Infinity: not known yet. */
  expected: number
}

function dial(lane: number, { state, dueNs, wake }: Shared): Promise<Lane> {
  return new Promise((resolve, reject) => {
    const buffer = Buffer.allocUnsafe(READ_BYTES)
    const callback = (bytes: number): boolean => {
      if (self.received === 0 && self.beginning === '') self.beginning = buffer.toString('latin1', 0, EXPECTED.length)
      self.received += bytes
      if (self.received < self.expected) return true
      self.received -= self.expected
      const due = dueNs[lane] ?? 0
      if (due >= countFromNs) histogram.record(Math.max(1, Math.round(nowNs() - due)))
      Atomics.store(state, lane, FREE)
      Atomics.add(wake, 0, 1)
      if (Atomics.load(wake, 1) === 1) Atomics.notify(wake, 0)
      return true
    }
    const socket = connect({ port, host: '127.0.0.1', noDelay: true, onread: { buffer, callback } })
    const self: Lane = { socket, beginning: '', received: 0, expected: Number.POSITIVE_INFINITY }
    socket.once('connect', () => resolve(self)).once('error', reject)
    // A lane that the proxy closed stays busy: what was due on it is missing at the end.
    socket.once('close', () => Atomics.store(state, lane, BUSY))
  })
}

/** Every answer has as many bytes as the first; a proxy that answers otherwise could not be measured this way. */
async function learn(all: readonly Lane[]): Promise<number> {
  for (const { socket } of all) socket.write(request)
  await sleep(LEARN_MS)
  for (let waitedMs = LEARN_MS; all.some(({ received }) => received === 0); waitedMs += LEARN_MS) {
    if (waitedMs > LEARN_MS_MAX) throw new Error(`no answer on some connections within ${LEARN_MS_MAX} ms`)
    await sleep(LEARN_MS)
  }
  const other = all.find(({ beginning }) => beginning !== EXPECTED)
  if (other !== undefined) throw new Error(`an answer begins with ${other.beginning}, and not with ${EXPECTED}`)
  const sizes = new Set(all.map(({ received }) => received))
  if (sizes.size !== 1) throw new Error(`answers of different sizes: ${[...sizes].join(', ')}`)
  for (const lane of all) lane.received = 0
  return [...sizes][0] ?? 0
}

/** Node shows it to nobody, and writing to it from another thread is what makes the pacer exact and cheap. */
function descriptorOf(socket: Socket): number {
  return (socket as unknown as { readonly _handle: { readonly fd: number } })._handle.fd
}

function print(): void {
  const at = (percent: number): number => histogram.percentile(percent) / NS_PER_MS
  const answered = histogram.count
  const result: Latencies = {
    answered,
    warmUp,
    unanswered: schedule.count - warmUp - answered,
    p50Ms: at(50),
    p99Ms: at(99),
    p999Ms: at(99.9),
    maxMs: histogram.max / NS_PER_MS,
  }
  console.log(JSON.stringify(result))
}
