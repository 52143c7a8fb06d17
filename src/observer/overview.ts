/**
 * What the admin API shows of the time before somebody asked: routes, traffic and the container second by second, durations
 * for scrapers. All of it is bounded, and none of it is kept where there is no admin API.
 */
import type { ResourcePoint, TrafficPoint } from '../admin/shapes.ts'
import { type Clock, every } from '../clock.ts'
import type { Config } from '../config.ts'
import type { ExchangeSink } from '../exchange.ts'
import type { ResourceSample } from '../resources/sample.ts'
import { DurationTable } from './duration-series.ts'
import { ResourceTrail } from './resource-trail.ts'
import { RouteTable } from './route-table.ts'
import { Traffic } from './traffic.ts'

const SECOND_MS = 1_000

export interface OverviewOptions {
  readonly clock: Clock
  readonly config: Pick<Config, 'limits' | 'observation'>
  readonly inflightCount: () => number
}

export type OnSecond = (traffic: TrafficPoint, resources: ResourcePoint | undefined) => void

export class Overview {
  readonly routes: RouteTable
  readonly durations: DurationTable
  readonly traffic: Traffic
  readonly resources: ResourceTrail
  readonly startedAtMs: number
  /** Told every second; whoever is served comes later than the first of them. */
  onSecond: OnSecond = () => {}
  /** Told of every exchange, after it was counted. */
  onExchange: ExchangeSink = () => {}
  readonly stop: () => void

  constructor({ clock, config, inflightCount }: OverviewOptions) {
    const { limits, observation } = config
    const methods = new Set(observation.knownMethods)
    this.routes = new RouteTable({ routesMax: limits.routesMax, methods })
    this.durations = new DurationTable({ seriesMax: limits.metricSeriesMax, methods })
    this.traffic = new Traffic(limits.trafficSeconds)
    this.resources = new ResourceTrail(limits.trafficSeconds, clock.anchor)
    this.startedAtMs = clock.wallMs()
    const startedMs = clock.monotonicMs()
    this.stop = every(clock, SECOND_MS, () => {
      this.routes.advance(Math.floor((clock.monotonicMs() - startedMs) / SECOND_MS))
      this.onSecond(this.traffic.endSecond(clock.wallMs(), inflightCount()), this.resources.endSecond())
    })
  }

  readonly exchange: ExchangeSink = (exchange) => {
    this.routes.take(exchange)
    this.durations.take(exchange)
    this.traffic.take(exchange)
    this.onExchange(exchange)
  }

  sample(sample: ResourceSample): void {
    this.resources.take(sample)
  }
}
