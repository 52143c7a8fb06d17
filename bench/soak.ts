/**
 * Soak: the real program before a chaotic app, under every kind of traffic at once, for MINUTES (1), from a SEED.
 * `node bench/soak.ts 5 1234`. Ends with 1 when an answer was not what it should be, or something was leaked or lost.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { startApp } from './soak-app.ts'
import { Child, readLedger, type Sample, slopeOf, startCollector } from './soak-child.ts'
import * as http from './soak-http.ts'
import { createRandom } from './soak-random.ts'
import * as rough from './soak-rough.ts'
import { Talk } from './soak-talk.ts'
import { Tally } from './soak-tally.ts'

const minutes = Number(process.argv[2] ?? 1)
const seed = Number(process.argv[3] ?? Math.floor(Math.random() * 2 ** 31))
if (!(minutes > 0) || !Number.isInteger(seed)) {
  console.error('usage: node bench/soak.ts [MINUTES] [SEED]')
  process.exit(64)
}

const CLIENTS = 48
const REQUESTS_PER_SECOND = 300
const SAMPLE_MS = 5_000
const RESTART_EVERY_MS = 20_000
/** Longer than podspan keeps an idle connection to the app. */
const REST_MS = 3_000
const FDS_OVER_BASE_MAX = 2
const SLOPE_MAX = 5
/** Below this a heap that is still filling up looks like a leak. */
const SLOPE_MINUTES_MIN = 5

/** How often each conversation is chosen, of about a hundred. */
const CONVERSATIONS: readonly (readonly [weight: number, kind: string, (talk: Talk) => Promise<void>])[] = [
  [20, 'one-shot', http.oneShot],
  [18, 'keep-alive', http.keepAlive],
  [10, 'pipelined', http.pipelined],
  [6, 'half-close', http.halfClose],
  [2, 'slow reader', http.slowReader],
  [4, 'early answer', http.earlyAnswer],
  [2, 'expectation failed', http.expectationFailed],
  [3, 'event stream', rough.events],
  [4, 'WebSocket', rough.webSocket],
  [12, 'invalid', rough.invalid],
  [3, 'noise', rough.noise],
  [8, 'client leaves', rough.clientLeaves],
  [6, 'app leaves', rough.appLeaves],
  [2, 'garbage from app', rough.garbage],
  [1, 'app hangs', rough.hangs],
]
const CHOICES = CONVERSATIONS.flatMap(([weight, ...choice]) => Array.from({ length: weight }, () => choice))

const tally = new Tally()
const began = performance.now()
const seconds = (): number => (performance.now() - began) / 1_000

/** One client: conversation after conversation, no faster than all together may be. */
async function client(number: number, port: number, from: number, until: number): Promise<void> {
  const random = createRandom(seed + number * 1_000_003)
  while (performance.now() < until) {
    const allowed = ((performance.now() - from) / 1_000) * REQUESTS_PER_SECOND
    if (tally.requests > allowed) {
      await sleep(20)
      continue
    }
    const [kind, conversation] = random.pick(CHOICES)
    await new Talk(kind, port, random, tally).run(conversation)
  }
}

function show(sample: Sample | undefined): void {
  const columns = [seconds().toFixed(0), tally.requests, tally.unexpectedCount]
  const seen = sample === undefined ? ['gone'] : [sample.rssMib.toFixed(1), sample.fds, sample.established]
  console.log([...columns, ...seen].map((column) => String(column).padStart(11)).join(''))
}

function result(
  child: Child,
  samples: readonly (readonly [number, Sample])[],
  base: number,
  end: number,
  code: unknown,
): boolean {
  console.log(
    `\n${'requests'.padStart(30)}${'right'.padStart(10)}${'excused'.padStart(10)}${'unexpected'.padStart(12)}`,
  )
  for (const [kind, { requests, right, excused, unexpected }] of [...tally.rows].sort()) {
    const numbers = [right, excused].map((count) => String(count).padStart(10)).join('')
    console.log(`${kind.padEnd(20)}${String(requests).padStart(10)}${numbers}${String(unexpected).padStart(12)}`)
  }
  for (const [shape, { count, first }] of tally.examples) console.log(`\n${count}x ${shape}\n   first ${first}`)
  const second = samples.slice(Math.floor(samples.length / 2))
  const slope = slopeOf(second.map(([at, { rssMib }]) => [at, rssMib] as const))
  const books = readLedger(child.stderr)
  const balanced = books.length > 0 && books.every((book) => book.created === book.exported + book.dropped)
  const dumped = books.find(({ signal }) => signal === 'dump')?.exported
  const verdicts: readonly (readonly [boolean, string])[] = [
    [tally.unexpectedCount === 0, `unexpected: ${tally.unexpectedCount} of ${tally.requests} requests`],
    [end <= base + FDS_OVER_BASE_MAX, `descriptors: ${base} at the start, ${end} at the end`],
    [
      balanced,
      `books: ${books.map((b) => `${b.signal} ${b.created} = ${b.exported} + ${b.dropped}`).join('; ') || 'none'}`,
    ],
    [dumped === child.lines && child.badLines === 0, `dump: ${child.lines} lines, ${child.badLines} of them no JSON`],
    [code === 0, `exit code: ${code}`],
    [minutes < SLOPE_MINUTES_MIN || slope <= SLOPE_MAX, `memory: ${slope.toFixed(2)} MiB a minute in the second half`],
  ]
  console.log()
  for (const [good, text] of verdicts) console.log(`${good ? 'ok ' : 'BAD'} ${text}`)
  const good = verdicts.every(([each]) => each)
  console.log(`\nstderr of podspan (the last of it):\n${child.stderr.slice(-3_000)}`)
  return good
}

async function main(): Promise<boolean> {
  console.log(`soak: ${minutes} min, seed ${seed}`)
  const app = await startApp(tally)
  const collector = await startCollector()
  const child = new Child(app.port, collector.port)
  process.on('exit', () => child.process.kill('SIGKILL'))
  const port = await child.port()
  // The first requests open what stays open, such as the connection to the collector.
  await new Talk('one-shot', port, createRandom(seed), tally).run(http.oneShot)
  await sleep(REST_MS)
  const base = child.sample()?.fds ?? 0
  console.log(['s', 'requests', 'unexpected', 'RSS MiB', 'fds', 'sockets'].map((name) => name.padStart(11)).join(''))
  const samples: (readonly [number, Sample])[] = []
  const look = (): void => {
    const sample = child.sample()
    if (sample !== undefined) samples.push([seconds(), sample])
    show(sample)
  }
  look()
  const looking = setInterval(look, SAMPLE_MS)
  const restarting = setInterval(() => void app.restart(), RESTART_EVERY_MS)
  const from = performance.now()
  const until = from + minutes * 60_000
  await Promise.all(Array.from({ length: CLIENTS }, (_, number) => client(number, port, from, until)))
  clearInterval(looking)
  clearInterval(restarting)
  await sleep(REST_MS)
  const end = child.sample()?.fds ?? Number.POSITIVE_INFINITY
  show(child.sample())
  child.process.kill('SIGTERM')
  const code = await Promise.race([child.exited, sleep(40_000, 'none within 40 s', { ref: false })])
  app.close()
  collector.server.close()
  collector.server.closeAllConnections()
  return result(child, samples, base, end, code)
}

// A fault of the soak's own must not pass for a result, nor end the run.
process.on('uncaughtException', (error) => tally.unexpected('the soak itself', error.stack ?? error.message))
process.on('unhandledRejection', (error) =>
  tally.unexpected('the soak itself', String((error as Error)?.stack ?? error)),
)
process.exit((await main()) ? 0 : 1)
