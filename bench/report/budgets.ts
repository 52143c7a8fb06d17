/** What podspan may cost, as data, and the verdict on each: met or missed, by the median. */
import { MAIN_CASE, ONE_CONNECTION } from '../load/cases.ts'
import { AT_RATE, SATURATED } from '../measure/delivery.ts'
import type { Figures } from '../measure/figures.ts'
import { type Spread, spreadOf } from '../measure/statistics.ts'
import { FLOOR, FROM_SOURCE, YARDSTICK } from '../subjects/subjects.ts'
import { ratioWithSpread, short, table, withSpread } from './markdown.ts'

interface Budget {
  readonly what: string
  readonly unit: 'x' | 'ms' | 'MiB' | 'KiB' | 'spans'
  readonly limit: number
  /** The others are at most. */
  readonly isAtLeast?: boolean
  measured(figures: Figures): Spread | undefined
}

const ALL_ON = 'podspan'
const OFF = 'podspan-off'

export const BUDGETS: readonly Budget[] = [
  ratio(`CPU a request, ${MAIN_CASE.connections} connections, the process`, 2, `cpuUs ${MAIN_CASE.key}`),
  {
    what: `CPU a request, ${MAIN_CASE.connections} connections, the data thread`,
    unit: 'x',
    limit: 1.5,
    measured: (figures) =>
      perRound(figures, [`dataUs ${MAIN_CASE.key}`, ALL_ON], [`cpuUs ${MAIN_CASE.key}`, YARDSTICK], divide),
  },
  ratio('CPU a request, 70 % load, the process', 2, 'openCpuUs'),
  atLeast('spans delivered a request, 70 % load', 1, `spansEach ${AT_RATE}`),
  atLeast('spans delivered a request, saturated', 1, `spansEach ${SATURATED}`),
  ratio('CPU a request, 1 connection', 1.25, `cpuUs ${ONE_CONNECTION.key}`),
  ratio('latency p50, 1 connection', 1, `closedP50Ms ${ONE_CONNECTION.key}`),
  cheaper('node-http', 'node:http with OTel'),
  cheaper('fastify', '@fastify/http-proxy with OTel'),
  ratio('latency p99 at 70 % load', 1.5, 'openP99Ms'),
  delay('loop delay that telemetry causes, collector alive', ALL_ON),
  delay('loop delay that telemetry causes, collector dead', `${ALL_ON} dead`),
  atMost('idle, from source', 'MiB', 100, 'idleMib', FROM_SOURCE.key),
  atMost('after load, from source', 'MiB', 130, 'settledMib', FROM_SOURCE.key),
  atMost('idle, bundled', 'MiB', 85, 'idleMib', ALL_ON),
  atMost('after load, bundled', 'MiB', 110, 'settledMib', ALL_ON),
  atMost('start to listening, bundled', 'ms', 100, 'listeningMs', ALL_ON),
  atMost('start to telemetry ready, bundled', 'ms', 300, 'readyMs', ALL_ON),
  atMost('an idle connection, the side to the app closed', 'KiB', 16, 'idleConnectionClosedKib', FROM_SOURCE.key),
  {
    what: 'CPU a request, 1 MiB down, against socket.pipe',
    unit: 'x',
    limit: 1.1,
    measured: (figures) => figures.ratio('cpuUs get/1048576', ALL_ON, FLOOR),
  },
]

export function budgetTable(figures: Figures): string {
  const rows = BUDGETS.map(({ what, unit, limit, isAtLeast = false, measured }) => {
    const spread = measured(figures)
    const shown = unit === 'x' ? ratioWithSpread(spread) : withSpread(spread)
    return [what, `${isAtLeast ? '>=' : '<='} ${short(limit)} ${unit}`, shown, verdict(spread, limit, isAtLeast)]
  })
  return table(['', 'budget', 'measured', ''], rows)
}

export function verdict(spread: Spread | undefined, limit: number, isAtLeast: boolean): string {
  if (spread === undefined) return 'not measured'
  return (isAtLeast ? spread.median >= limit : spread.median <= limit) ? 'met' : 'MISSED'
}

function ratio(what: string, limit: number, figure: string): Budget {
  return {
    what: `${what}, against nginx`,
    unit: 'x',
    limit,
    measured: (figures) => figures.ratio(figure, ALL_ON, YARDSTICK),
  }
}

function cheaper(peer: string, name: string): Budget {
  const figure = `cpuUs ${MAIN_CASE.key}`
  const measured = (figures: Figures): Spread | undefined => figures.ratio(figure, peer, ALL_ON)
  return { what: `${name}, against podspan`, unit: 'x', limit: 6, isAtLeast: true, measured }
}

function atMost(what: string, unit: Budget['unit'], limit: number, figure: string, subject: string): Budget {
  return { what, unit, limit, measured: (figures) => figures.spread(figure, subject) }
}

/** A span that left late is counted with the next requests: a thousandth is not missing. */
function atLeast(what: string, spans: number, figure: string): Budget {
  const limit = spans * 0.999
  return { what, unit: 'spans', limit, isAtLeast: true, measured: (figures) => figures.spread(figure, ALL_ON) }
}

/** Telemetry's share of the longest delay: what the same program has without it is taken off. */
function delay(what: string, subject: string): Budget {
  const figure = 'loopDelayMaxMs'
  return {
    what,
    unit: 'ms',
    limit: 2,
    measured: (figures) => perRound(figures, [figure, subject], [figure, OFF], (on, off) => Math.max(0, on - off)),
  }
}

type Source = readonly [figure: string, subject: string]

function perRound(figures: Figures, a: Source, b: Source, join: (a: number, b: number) => number): Spread | undefined {
  const others = figures.rounds(...b)
  return spreadOf(
    figures.rounds(...a).map((value, round) => {
      const other = others[round]
      return value === undefined || other === undefined ? undefined : join(value, other)
    }),
  )
}

function divide(a: number, b: number): number {
  return a / b
}
