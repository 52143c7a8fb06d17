/** What only the program itself can tell: allocation a request, and how long its event loop was held up. See inside.cjs. */
import { globSync, mkdtempSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { MAIN_CASE } from '../load/cases.ts'
import { runWrk } from '../load/wrk.ts'
import { isJudged, type Subject } from '../subjects/subjects.ts'
import { openLoop } from './latency.ts'
import { OFTEN, type Run, start } from './run.ts'

export interface Line {
  readonly atMs: number
  readonly allocatedBytes: number
  readonly delayMaxMs: number
}

const PRELOAD = join(import.meta.dirname, 'inside.cjs')
const NOBODY_LISTENS = 'http://127.0.0.1:1'
const RATE = 2_000
const WARM_UP_S = 2
/** Twice the pause between lines, and then some. */
const LINE_MS = 250

/** Of Node's programs only. With `isCollectorDead`, under the key of the subject with ` dead` behind it. */
export async function measureInside(run: Run, subject: Subject, isCollectorDead = false): Promise<void> {
  const key = isCollectorDead ? `${subject.key} dead` : subject.key
  const rounds = isJudged(subject) ? run.rounds * OFTEN : run.rounds
  for (let round = 0; round < rounds; round++) {
    const files = join(mkdtempSync(join(run.around.folder, 'inside-')), 'thread')
    const env = { BENCH_INSIDE: files, NODE_OPTIONS: `--require=${PRELOAD}` }
    const around = isCollectorDead ? { collector: NOBODY_LISTENS } : {}
    const program = await start(run, subject, { env, around })
    await runWrk(run.around.folder, program.port, MAIN_CASE, WARM_UP_S)
    await sleep(LINE_MS * 2)
    const fromMs = Date.now()
    const { answered, warmUp } = await openLoop(program.port, RATE, run.seconds, MAIN_CASE.connections)
    await sleep(LINE_MS)
    const threads = globSync(`${files}.*`)
      .sort()
      .map((file) => window(parseLines(readFileSync(file, 'utf8')), fromMs))
    await program.stop()
    const allocated = threads.map(({ allocatedBytes }) => allocatedBytes / (answered + warmUp))
    run.figures.set('dataAllocatedBytes', key, round, allocated[0])
    run.figures.set(
      'otherAllocatedBytes',
      key,
      round,
      allocated.slice(1).reduce((sum, each) => sum + each, 0),
    )
    run.figures.set('loopDelayMaxMs', key, round, threads[0]?.delayMaxMs)
  }
}

export function parseLines(text: string): Line[] {
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line))
}

/** What happened after `fromMs`: the first line after it tells of the time before, too, and only serves to count from. */
export function window(lines: readonly Line[], fromMs: number): { allocatedBytes: number; delayMaxMs: number } {
  const [first, ...rest] = lines.filter(({ atMs }) => atMs >= fromMs)
  return {
    allocatedBytes: (rest.at(-1)?.allocatedBytes ?? Number.NaN) - (first?.allocatedBytes ?? 0),
    delayMaxMs: Math.max(...rest.map(({ delayMaxMs }) => delayMaxMs)),
  }
}
