/**
 * A minute's check that a change did not make podspan clearly dearer: the CPU time of a request, everything on, as a ratio to
 * the same request through a bare pipe and through nginx in the same run, against bench/baseline.json. Seconds differ by
 * machine, and by what else it does; ratios of one run hardly do. `npm run bench:guard -- --update` writes a new baseline.
 * Ends with 1 on a regression.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Ratios, type Round, ratiosOf, TOLERANCE, verdictOf } from './guard-verdict.ts'
import { readCpu, since, total } from './measure/cpu.ts'
import { openLoop } from './measure/latency.ts'
import { buildPodspan, fail, makeFolder, requireCommands } from './prepare.ts'
import { startSink } from './subjects/collector.ts'
import { startApp } from './subjects/nginx.ts'
import { freePort, PROXY_CORES, type Program, startProgram } from './subjects/program.ts'
import { FLOOR, SUBJECTS, YARDSTICK } from './subjects/subjects.ts'

const BASELINE = join(import.meta.dirname, 'baseline.json')
const SUBJECT = 'podspan'
const CONTROLS = [FLOOR, YARDSTICK]
const WARM_UP_S = 3
/** V8 makes fast code of what runs often. */
const WARM_UP_RATE = 6_000
/**
 * Slow enough that every span is delivered, on a busy machine too. As fast as it can, podspan drops what its second thread
 * has no time for: then it looks cheap on a quiet machine, and dear on a busy one, where it drops less.
 */
const RATE = 3_000
/** All of them ask at once, and then wait: so what is measured is work and not waking up. */
const CONNECTIONS = 32
const ROUND_S = 1
const ROUNDS = 5
/** Before it says no, it looks again, with more rounds. */
const LOOKS = 3

const [flag, ...others] = process.argv.slice(2)
if ((flag !== undefined && flag !== '--update') || others.length > 0) fail('usage: npm run bench:guard -- [--update]')
requireCommands()
const folder = makeFolder()
const programs = await startAll()
const good = await (flag === '--update' ? update() : guard())
process.exit(good ? 0 : 1)

async function guard(): Promise<boolean> {
  const { ratios: baseline }: { ratios: Ratios } = JSON.parse(readFileSync(BASELINE, 'utf8'))
  const rounds: Round[] = []
  for (let look = 0; look < LOOKS; look++) {
    rounds.push(...(await measure(ROUNDS)))
    if (!judge(rounds, baseline)) return true
  }
  console.log(`podspan has become more than ${TOLERANCE * 100} % dearer. A profile says where: node --cpu-prof.`)
  console.log('When it has to be so: npm run bench:guard -- --update, and say in the commit what the cost buys.')
  return false
}

async function update(): Promise<true> {
  const ratios = ratiosOf(await measure(ROUNDS * LOOKS), SUBJECT, CONTROLS)
  const rounded = Object.fromEntries(Object.entries(ratios).map(([name, ratio]) => [name, Number(ratio.toFixed(3))]))
  writeFileSync(BASELINE, `${JSON.stringify({ ratios: rounded, node: process.version }, undefined, 2)}\n`)
  console.log(`bench/baseline.json: ${JSON.stringify(rounded)}`)
  return true
}

/** True: it looks like a regression. */
function judge(rounds: readonly Round[], baseline: Ratios): boolean {
  const ratios = ratiosOf(rounds, SUBJECT, CONTROLS)
  const { isRegression, growth } = verdictOf(ratios, baseline)
  for (const control of CONTROLS) {
    const grown = ((growth[control] ?? 0) * 100).toFixed(1)
    console.log(
      `CPU a request against ${control}: ${ratios[control]?.toFixed(2)}x, baseline ${baseline[control]}x (${grown} %)`,
    )
  }
  return isRegression
}

async function measure(count: number): Promise<Round[]> {
  const rounds: Round[] = []
  while (rounds.length < count) {
    const round: Record<string, number> = {}
    for (const [key, program] of programs) round[key] = await cpuUs(program)
    rounds.push(round)
  }
  return rounds
}

async function cpuUs(program: Program): Promise<number> {
  const before = readCpu(program.pids())
  const { answered, warmUp } = await openLoop(program.port, RATE, ROUND_S, CONNECTIONS, CONNECTIONS)
  return total(since(before, readCpu(program.pids()))) / 1e3 / (answered + warmUp + CONNECTIONS)
}

/** With a receiver of our own: the collector's appetite for CPU is no concern of this check. */
async function startAll(): Promise<Map<string, Program>> {
  const app = await startApp(folder)
  const { url } = await startSink()
  const around = { folder, podspan: buildPodspan(folder), target: app.port, collector: url }
  const programs = new Map<string, Program>()
  for (const subject of SUBJECTS.filter(({ key }) => key === SUBJECT || CONTROLS.includes(key))) {
    const port = await freePort()
    const launch = subject.launch(port, around)
    if (launch === undefined) fail(`${subject.name}: ${subject.get}`)
    const program = await startProgram(port, { ...launch, cores: PROXY_CORES })
    await openLoop(port, WARM_UP_RATE, WARM_UP_S, CONNECTIONS, CONNECTIONS)
    programs.set(subject.key, program)
  }
  return programs
}
