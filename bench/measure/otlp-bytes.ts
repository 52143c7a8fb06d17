/** How many bytes of OTLP a request makes, uncompressed, at a rate at which nothing is dropped. */
import { startSink } from '../subjects/collector.ts'
import type { Subject } from '../subjects/subjects.ts'
import { openLoop } from './latency.ts'
import { type Run, start } from './run.ts'

const RATE = 1_000
const CONNECTIONS = 8

/** Spans count by request; metrics are as many bytes whatever passed, so they count by run: one export, at its end. */
export async function measureOtlpBytes(run: Run, subjects: readonly Subject[]): Promise<void> {
  for (let round = 0; round < run.rounds; round++) {
    run.say(`round ${round + 1} of ${run.rounds}: bytes of OTLP`)
    for (const subject of subjects) {
      const sink = await startSink()
      const program = await start(run, subject, { around: { collector: sink.url } })
      const { answered, warmUp } = await openLoop(program.port, RATE, run.seconds, CONNECTIONS)
      await program.stop()
      const requests = answered + warmUp + CONNECTIONS
      const traceBytes = sink.bytes.get('traces')
      run.figures.set('traceBytes', subject.key, round, traceBytes === undefined ? undefined : traceBytes / requests)
      run.figures.set('metricBytes', subject.key, round, sink.bytes.get('metrics'))
      await sink.stop()
    }
  }
}
