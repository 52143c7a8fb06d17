/**
 * podspan beside its peers: one run, interleaved rounds, pinned cores. Writes bench/RESULTS.md; --help says how to ask for less.
 * What is measured stands in measure/, who takes part in subjects/, what is asked in load/, what is written in report/.
 */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import packageJson from '../package.json' with { type: 'json' }
import { CASES, MAIN_CASE, QUICK_CASES } from './load/cases.ts'
import { measureDelivery } from './measure/delivery.ts'
import { Figures } from './measure/figures.ts'
import { measureIdleConnections } from './measure/idle-connections.ts'
import { measureInside } from './measure/inside.ts'
import { measureLatency } from './measure/latency.ts'
import { measureMemory } from './measure/memory.ts'
import { measureOtlpBytes } from './measure/otlp-bytes.ts'
import { measureReady } from './measure/ready.ts'
import { type Run, startAll, stopAll } from './measure/run.ts'
import { measureScale } from './measure/scale.ts'
import { measureThroughput, warmUp } from './measure/throughput.ts'
import { isMeant, type Options, readOptions, USAGE } from './options.ts'
import { buildPodspan, fail, makeFolder, requireCommands } from './prepare.ts'
import { page } from './report/results.ts'
import { startCollector } from './subjects/collector.ts'
import { startApp } from './subjects/nginx.ts'
import { FLOOR, FROM_SOURCE, SUBJECTS, type Subject, type Surroundings, YARDSTICK } from './subjects/subjects.ts'

/** Of what podspan takes at most: where latencies are compared. */
const LOAD_SHARE = 0.7

const options = readOptions(
  process.argv.slice(2),
  SUBJECTS.map(({ key }) => key),
)
if (typeof options === 'string') fail(`${options}\n${USAGE}`)
requireCommands()
await bench(options)
process.exit(0)

async function bench(options: Options): Promise<void> {
  const startedAt = new Date()
  const folder = makeFolder()
  const podspan = buildPodspan(folder)
  installPeers()
  const app = await startApp(folder)
  const collector = await startCollector(folder)
  const around = { folder, podspan, target: app.port, collector: collector.url }
  const { present, absent } = choose(options, around)
  const run: Run = {
    subjects: present,
    cases: options.isQuick ? QUICK_CASES : CASES,
    rounds: options.rounds,
    seconds: options.seconds,
    around,
    figures: new Figures(),
    spans: collector.spans,
    say: (text) => console.error(`${clock(startedAt)} ${text}`),
  }
  const ratePerSecond = await measure(run)
  const minutes = (Date.now() - startedAt.getTime()) / 60_000
  const command = ['npm run bench', ...(process.argv.length > 2 ? ['--', ...process.argv.slice(2)] : [])].join(' ')
  const about = {
    podspan: packageJson.version,
    collector: collector.name,
    startedAt,
    minutes,
    ratePerSecond,
    absent,
    command,
  }
  const text = page(run, about)
  writeFileSync(join(import.meta.dirname, 'RESULTS.md'), text)
  console.log(text)
  await collector.stop()
  await app.stop()
}

/** Returns the rate at which latencies were compared. */
async function measure(run: Run): Promise<number> {
  const { subjects, figures } = run
  const withOtlp = subjects.filter(({ key }) => key === 'podspan' || key === 'node-http' || key === 'fastify')
  const podspan = subjects.filter(({ key }) => key === 'podspan')
  const inNode = [...withOtlp, ...subjects.filter(({ key }) => key === 'podspan-off' || key === FLOOR)]
  const sources = podspan.length > 0 ? [FROM_SOURCE] : []

  await measureMemory(run, [...subjects, ...sources])
  await measureReady(run, [...podspan, ...sources])
  await measureThroughput(run)
  const saturated = figures.spread(`perSecond ${MAIN_CASE.key}`, subjects[0]?.key ?? YARDSTICK)?.median ?? 0
  const ratePerSecond = saturated * LOAD_SHARE
  // With the Collector on it, at 8 us a span, the core of the load is full, and latencies tell of that core and not of the proxies.
  const programs = await startAll(run, { around: { collector: `http://127.0.0.1:${run.around.target}` } })
  await warmUp(run, programs, [])
  await measureLatency(run, programs, ratePerSecond)
  await measureScale(run, programs)
  await stopAll(programs)
  await measureDelivery(run, withOtlp, ratePerSecond)
  await measureOtlpBytes(run, withOtlp)
  for (const subject of inNode) await measureInside(run, subject)
  for (const subject of podspan) await measureInside(run, subject, true)
  if (podspan.length > 0) await measureIdleConnections(run, FROM_SOURCE.key)
  return ratePerSecond
}

/** nginx takes part always: it is what the others are compared with. */
function choose({ only }: Options, around: Surroundings): { present: readonly Subject[]; absent: readonly Subject[] } {
  const isWanted = ({ key }: Subject): boolean =>
    only.length === 0 || key === YARDSTICK || only.some((wanted) => isMeant(key, wanted))
  const wanted = SUBJECTS.filter(isWanted)
  const present = wanted.filter((subject) => subject.launch(0, around) !== undefined)
  return { present, absent: wanted.filter((subject) => !present.includes(subject)) }
}

/** Without a registry the run goes on without them and says so. */
function installPeers(): void {
  const args = ['ci', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error']
  spawnSync('npm', args, { cwd: join(import.meta.dirname, 'peers'), stdio: 'inherit' })
}

function clock(startedAt: Date): string {
  const seconds = Math.round((Date.now() - startedAt.getTime()) / 1_000)
  return `${String(Math.floor(seconds / 60)).padStart(2)}:${String(seconds % 60).padStart(2, '0')}`
}
