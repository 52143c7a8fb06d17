/** Resident size: idle after the start, right after load, and when the garbage has had its time. */
import { setTimeout as sleep } from 'node:timers/promises'
import { MAIN_CASE } from '../load/cases.ts'
import { runWrk } from '../load/wrk.ts'
import type { Program } from '../subjects/program.ts'
import type { Subject } from '../subjects/subjects.ts'
import { residentMib } from './resident.ts'
import { type Run, start, stopAll, turned } from './run.ts'

/** What starts goes on working after it listens, and shares its core with the next. */
const STARTED_MS = 1_000
const IDLE_MS = 3_000
const SETTLE_MS = 10_000

/** The starts are timed too, one after the other. */
export async function measureMemory(run: Run, subjects: readonly Subject[]): Promise<void> {
  const { figures, around } = run
  for (let round = 0; round < run.rounds; round++) {
    run.say(`round ${round + 1} of ${run.rounds}: start and memory`)
    const programs = new Map<Subject, Program>()
    for (const subject of turned(subjects, round)) {
      programs.set(subject, await start(run, subject))
      await sleep(STARTED_MS)
    }
    const note = (figure: string): void => {
      for (const [{ key }, program] of programs) figures.set(figure, key, round, residentMib(program.pids()))
    }
    for (const [{ key }, { listeningMs }] of programs) figures.set('listeningMs', key, round, listeningMs)
    await sleep(IDLE_MS)
    note('idleMib')
    for (const [{ key }, program] of programs) {
      await runWrk(around.folder, program.port, MAIN_CASE, run.seconds)
      figures.set('loadedMib', key, round, residentMib(program.pids()))
    }
    await sleep(SETTLE_MS)
    note('settledMib')
    await stopAll(programs)
  }
}
