/**
 * The sampler and who wants its looks: the enrichment, through which every exchange passes, and whoever else is told of a
 * sample or a crash.
 */
import type { Clock } from '../clock.ts'
import type { ExchangeSink } from '../exchange.ts'
import type { InflightRequest } from '../inflight.ts'
import type { Limits } from '../limits.ts'
import type { AppHint } from '../resources/app.ts'
import type { CrashReport, ResourceSample } from '../resources/sample.ts'
import { type Sampler, startSampler } from '../resources/sampler.ts'
import { Crashes } from './crashes.ts'
import { Enrichment } from './enrichment.ts'

export interface WatchOptions {
  readonly clock: Clock
  readonly limits: Limits
  readonly app: AppHint
  readonly inflight: () => readonly InflightRequest[]
  /** Told before the exchanges that waited for it. */
  readonly onSample: (sample: ResourceSample) => void
  readonly onCrash: (report: CrashReport) => void
  /** Takes every exchange, sooner or later. */
  readonly sink: ExchangeSink
  readonly say: (text: string) => void
}

export interface Watch {
  readonly sink: ExchangeSink
  /** Lets go of all that wait. */
  stop(): void
}

export function startWatch({ clock, limits, app, inflight, onSample, onCrash, sink, say }: WatchOptions): Watch {
  // Its first look is taken while it is being made, and may already show an app that has gone.
  let sampler: Sampler | undefined
  const crashes = new Crashes({ inflight, clock, requestsMax: limits.inflightSlots, onCrash })
  const enrichment = new Enrichment({
    clock,
    limits,
    crashes,
    soon: () => sampler?.soon(),
    suspect: () => sampler?.suspect(),
    sink,
    say,
  })
  sampler = startSampler({
    clock,
    limits,
    app,
    onSample(sample) {
      onSample(sample)
      enrichment.sample(sample)
    },
    onVisible: ({ summary, advice }) => say([summary, ...advice].join('; ')),
    say,
  })
  return {
    sink: enrichment.sink,
    stop() {
      sampler?.stop()
      enrichment.close()
    },
  }
}
