/** As much as a proxy can take: requests a second, and the CPU time of each by thread. */
import { setTimeout as sleep } from 'node:timers/promises'
import { type Case, MAIN_CASE, ONE_CONNECTION, title } from '../load/cases.ts'
import { runWrk } from '../load/wrk.ts'
import type { Program } from '../subjects/program.ts'
import type { Subject } from '../subjects/subjects.ts'
import { readCpu, since, total } from './cpu.ts'
import { OFTEN, type Run, startAll, stopAll, turned } from './run.ts'

/** Telemetry lags behind the traffic; its work belongs to the requests that caused it. */
const LAG_MS = 200
/** V8 has compiled what there is to compile after some 100,000 requests; beside the load on one core that takes as long. */
export const WARM_UP_S = 5

/** A connection is made and closed by code that no other case runs, and V8 takes 20,000 of them until it has compiled it. */
const CONNECTING_WARM_UP_S = 8

/** Whether budgets are about it. */
export function isOften({ key }: Case): boolean {
  return key === MAIN_CASE.key || key === ONE_CONNECTION.key
}

/** Each case runs code of its own. */
export async function warmUp(
  { around, seconds, say }: Run,
  programs: ReadonlyMap<Subject, Program>,
  cases: readonly Case[],
): Promise<void> {
  say('warming up')
  for (const { port } of programs.values()) await runWrk(around.folder, port, MAIN_CASE, WARM_UP_S)
  for (const what of cases) {
    const caseSeconds = what.keepAlive ? seconds : CONNECTING_WARM_UP_S
    for (const { port } of programs.values()) await runWrk(around.folder, port, what, caseSeconds)
  }
}

/** A program that is started again lies elsewhere in memory, and costs up to a tenth more or less as long as it lives: what is measured often is measured on as many starts. */
export async function measureThroughput(run: Run): Promise<void> {
  for (let first = 0; first < run.rounds * OFTEN; first += run.rounds) {
    const cases = first === 0 ? run.cases : run.cases.filter(isOften)
    const programs = await startAll(run)
    await warmUp(run, programs, cases)
    for (let round = first; round < first + run.rounds; round++) await measureRound(run, programs, cases, round)
    await stopAll(programs)
  }
}

async function measureRound(
  run: Run,
  programs: ReadonlyMap<Subject, Program>,
  cases: readonly Case[],
  round: number,
): Promise<void> {
  for (const what of cases) {
    run.say(`round ${round + 1} of ${run.rounds * OFTEN}: ${title(what)}`)
    for (const [subject, program] of turned([...programs], round)) await measureOne(run, subject, program, what, round)
  }
}

async function measureOne(
  { around, seconds, figures }: Run,
  { key }: Subject,
  program: Program,
  what: Case,
  round: number,
): Promise<void> {
  const before = readCpu(program.pids())
  const startedMs = performance.now()
  const { requests, perSecond, p50Ms, failed } = await runWrk(around.folder, program.port, what, seconds)
  const busyNs = (performance.now() - startedMs) * 1e6
  const during = total(since(before, readCpu(program.pids())))
  await sleep(LAG_MS)
  const spent = since(before, readCpu(program.pids()))
  const set = (figure: string, value: number): void =>
    figures.set(`${figure} ${what.key}`, key, round, requests === 0 ? undefined : value)
  const usEach = (ns: number): number => ns / 1e3 / requests
  set('cpuUs', usEach(total(spent)))
  set('dataUs', usEach(spent.data))
  set('observerUs', usEach(spent.observer))
  set('restUs', usEach(spent.rest))
  set('perSecond', perSecond)
  set('closedP50Ms', p50Ms)
  set('corePercent', (during / busyNs) * 100)
  figures.set(`failed ${what.key}`, key, round, failed)
}
