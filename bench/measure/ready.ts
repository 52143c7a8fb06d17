/**
 * From the start to working telemetry, seen from outside: a request is sent as soon as podspan listens, and the time counts
 * until its span is at the backend. Batches are told not to wait, since their pause is no work.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { startSink } from '../subjects/collector.ts'
import type { Subject } from '../subjects/subjects.ts'
import { type Run, start } from './run.ts'

const WAIT_MS_MAX = 5_000
const POLL_MS = 1

export async function measureReady(run: Run, subjects: readonly Subject[]): Promise<void> {
  for (let round = 0; round < run.rounds; round++) {
    for (const subject of subjects) {
      const sink = await startSink()
      const startedMs = performance.now()
      const around = { collector: sink.url }
      const program = await start(run, subject, { around, env: { OTEL_BSP_SCHEDULE_DELAY: '1' } })
      await fetch(`http://127.0.0.1:${program.port}/0`)
      while (!sink.firstMs.has('traces') && performance.now() - startedMs < WAIT_MS_MAX) await sleep(POLL_MS)
      const firstMs = sink.firstMs.get('traces')
      run.figures.set('readyMs', subject.key, round, firstMs === undefined ? undefined : firstMs - startedMs)
      await program.stop()
      await sink.stop()
    }
  }
}
