/** Whether a request costs the same however many are connected: some ask at a fixed rate, the others asked once and stay. */
import { setTimeout as sleep } from 'node:timers/promises'
import { MAIN_CASE } from '../load/cases.ts'
import { gather } from '../load/crowd.ts'
import type { Program } from '../subjects/program.ts'
import { isJudged, type Subject } from '../subjects/subjects.ts'
import { readCpu, since, total } from './cpu.ts'
import { openLoop } from './latency.ts'
import { type Run, turned } from './run.ts'

export const CONNECTIONS: readonly number[] = [1, 64, 1_000, 10_000]
/** What one connection can carry. */
export const RATE = 3_000
/** Until podspan has closed what idle clients had to the app, and nginx all that it keeps no longer. */
const SETTLE_MS = 4_000

export async function measureScale(run: Run, programs: ReadonlyMap<Subject, Program>): Promise<void> {
  const scaled = [...programs].filter(([subject]) => isJudged(subject))
  for (let round = 0; round < run.rounds; round++) {
    run.say(`round ${round + 1} of ${run.rounds}: many connections`)
    for (const connections of CONNECTIONS) {
      for (const [{ key }, program] of turned(scaled, round)) {
        run.figures.set(`scaleCpuUs ${connections}`, key, round, await measureOne(run, program, connections))
      }
    }
  }
}

/** Undefined where so many cannot be had: a limit on descriptors, mostly. */
async function measureOne({ seconds, say }: Run, program: Program, connections: number): Promise<number | undefined> {
  const asking = Math.min(connections, MAIN_CASE.connections)
  try {
    const crowd = await gather(program.port, connections - asking)
    if (connections > asking) await sleep(SETTLE_MS)
    const before = readCpu(program.pids())
    const { answered, warmUp } = await openLoop(program.port, RATE, seconds, asking)
    const spentUs = total(since(before, readCpu(program.pids()))) / 1e3
    crowd.leave()
    return spentUs / (answered + warmUp + asking)
  } catch (error) {
    say(`${connections} connections: ${(error as Error).message}`)
    return undefined
  }
}
