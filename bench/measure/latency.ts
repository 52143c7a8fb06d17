/** Latencies at one fixed rate for all: a share of what podspan takes at most. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { MAIN_CASE } from '../load/cases.ts'
import type { Latencies } from '../load/open-loop.ts'
import { LOAD_CORES, type Program } from '../subjects/program.ts'
import { FLOOR, isJudged, type Subject } from '../subjects/subjects.ts'
import { readCpu, since, total } from './cpu.ts'
import { OFTEN, type Run, turned } from './run.ts'

/** The control: the load before the bare app, which shows what the load itself adds. */
export const NO_PROXY = 'no proxy'
const SECONDS_PER_SECOND = 2
/** Requests that leave together: to wake up for each one would cost the load, which has one core, a fifth more. */
const BURST = 4

export async function measureLatency(
  run: Run,
  programs: ReadonlyMap<Subject, Program>,
  ratePerSecond: number,
): Promise<void> {
  const { figures, around, seconds } = run
  const rounds = run.rounds * OFTEN
  const all = [...[...programs].map(([{ key }, { port }]) => [key, port] as const), [NO_PROXY, around.target] as const]
  const pidsOf = new Map([...programs].map(([{ key }, program]) => [key, program.pids]))
  for (let round = 0; round < rounds; round++) {
    run.say(`round ${round + 1} of ${rounds}: latency at ${Math.round(ratePerSecond)} requests/s`)
    const asked = round < run.rounds ? all : all.filter(([key]) => isAskedOften(key))
    for (const [key, port] of turned(asked, round)) {
      const pids = pidsOf.get(key)?.() ?? []
      const before = readCpu(pids)
      const result = await openLoop(port, ratePerSecond, seconds * SECONDS_PER_SECOND, MAIN_CASE.connections, BURST)
      const spentUs = total(since(before, readCpu(pids))) / 1e3
      figures.set('openP50Ms', key, round, result.p50Ms)
      figures.set('openP99Ms', key, round, result.p99Ms)
      figures.set('openP999Ms', key, round, result.p999Ms)
      figures.set('openMaxMs', key, round, result.maxMs)
      figures.set('openCpuUs', key, round, spentUs / (result.answered + result.warmUp))
      figures.set('openServedPercent', key, round, (result.answered / (result.answered + result.unanswered)) * 100)
    }
  }
}

/** What the budget is about, and what tells how far it can be trusted. */
function isAskedOften(key: string): boolean {
  return isJudged({ key }) || key === FLOOR || key === NO_PROXY
}

export async function openLoop(
  port: number,
  rate: number,
  seconds: number,
  connections: number,
  burst = 1,
): Promise<Latencies> {
  const script = join(import.meta.dirname, '../load/open-loop.ts')
  const args = [script, port, MAIN_CASE.path, Math.round(rate), seconds, connections, burst].map(String)
  const { stdout } = await promisify(execFile)('taskset', ['-c', LOAD_CORES, process.execPath, ...args])
  return JSON.parse(stdout)
}
