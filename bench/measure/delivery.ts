/**
 * Whether a proxy keeps up with its own telemetry: spans that reached the collector, a request. One that drops half of them
 * looks cheap; this row says so. Where one request makes one span, as podspan's, 1 means that nothing was lost.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { MAIN_CASE } from '../load/cases.ts'
import { runWrk } from '../load/wrk.ts'
import type { Subject } from '../subjects/subjects.ts'
import { openLoop } from './latency.ts'
import { type Run, start } from './run.ts'
import { WARM_UP_S } from './throughput.ts'

export const SATURATED = 'saturated'
export const AT_RATE = 'rate'
/** Until the last batch has left. */
const FLUSH_MS = 6_000

export async function measureDelivery(run: Run, subjects: readonly Subject[], ratePerSecond: number): Promise<void> {
  for (let round = 0; round < run.rounds; round++) {
    run.say(`round ${round + 1} of ${run.rounds}: spans delivered`)
    for (const subject of subjects) {
      const program = await start(run, subject)
      await runWrk(run.around.folder, program.port, MAIN_CASE, WARM_UP_S)
      await flushed(run)
      const measured = async (load: string, send: () => Promise<number>): Promise<void> => {
        const before = run.spans()
        const requests = await send()
        await flushed(run)
        const now = run.spans()
        const each = before === undefined || now === undefined ? undefined : (now - before) / requests
        run.figures.set(`spansEach ${load}`, subject.key, round, each)
      }
      await measured(
        SATURATED,
        async () => (await runWrk(run.around.folder, program.port, MAIN_CASE, run.seconds)).requests,
      )
      await measured(AT_RATE, async () => {
        // All together: the load shares its core with the Collector, which is to have time for all that comes.
        const { connections } = MAIN_CASE
        const { answered, warmUp } = await openLoop(program.port, ratePerSecond, run.seconds, connections, connections)
        return answered + warmUp + connections
      })
      await program.stop()
    }
  }
}

/** When no span has come for a while. */
async function flushed({ spans }: Run): Promise<void> {
  let seen: number | undefined
  for (
    let waitedMs = 0;
    waitedMs < FLUSH_MS && (seen !== spans() || waitedMs < FLUSH_MS / 3);
    waitedMs += FLUSH_MS / 6
  ) {
    seen = spans()
    await sleep(FLUSH_MS / 6)
  }
}
