/** Figures → the tables of RESULTS.md. It measures nothing. */
import { type Case, title } from '../load/cases.ts'
import { AT_RATE, SATURATED } from '../measure/delivery.ts'
import type { Figures } from '../measure/figures.ts'
import { NO_PROXY } from '../measure/latency.ts'
import { CONNECTIONS } from '../measure/scale.ts'
import { FROM_SOURCE, isJudged, type Subject, YARDSTICK } from '../subjects/subjects.ts'
import { ratioWithSpread, short, table, withSpread } from './markdown.ts'

/** One table a case: what a request costs and how many pass. */
export function caseTable(figures: Figures, subjects: readonly Subject[], { key }: Case): string {
  const head = [
    '',
    'CPU us/request',
    'against nginx',
    'data thread',
    'observer',
    'GC, libuv',
    'requests/s',
    'p50 ms',
    'core %',
    'failed',
  ]
  const rows = subjects.map((subject) => {
    const shown = (figure: string): string => withSpread(figures.spread(`${figure} ${key}`, subject.key))
    return [
      subject.name,
      shown('cpuUs'),
      ratioWithSpread(figures.ratio(`cpuUs ${key}`, subject.key, YARDSTICK)),
      shown('dataUs'),
      isNode(subject) ? shown('observerUs') : '-',
      isNode(subject) ? shown('restUs') : '-',
      shown('perSecond'),
      shown('closedP50Ms'),
      shown('corePercent'),
      short(sum(figures.rounds(`failed ${key}`, subject.key))),
    ]
  })
  return table(head, rows)
}

export function latencyTable(figures: Figures, subjects: readonly Subject[]): string {
  const head = ['', 'p50 ms', 'p99 ms', 'p99.9 ms', 'max ms', 'p99 against nginx', 'CPU us/request', 'served %']
  const rows = [...subjects, { key: NO_PROXY, name: 'no proxy: the load itself' }].map(({ key, name }) => {
    const shown = (figure: string): string => withSpread(figures.spread(figure, key))
    return [
      name,
      ...['openP50Ms', 'openP99Ms', 'openP999Ms', 'openMaxMs'].map(shown),
      ratioWithSpread(figures.ratio('openP99Ms', key, YARDSTICK)),
      key === NO_PROXY ? '-' : shown('openCpuUs'),
      shown('openServedPercent'),
    ]
  })
  return table(head, rows)
}

/** A column a number of connections. */
export function scaleTable(figures: Figures, subjects: readonly Subject[]): string {
  const head = ['', ...CONNECTIONS.map((count) => `${count.toLocaleString('en')} open`)]
  const names = CONNECTIONS.map((count) => `scaleCpuUs ${count}`)
  return plainTable(figures, subjects.filter(isJudged), head, names)
}

export function deliveryTable(figures: Figures, subjects: readonly Subject[]): string {
  const rows = subjects
    .filter(({ key }) => figures.rounds(`spansEach ${SATURATED}`, key).length > 0)
    .map(({ key, name }) => [
      name,
      withSpread(figures.spread(`spansEach ${SATURATED}`, key)),
      withSpread(figures.spread(`spansEach ${AT_RATE}`, key)),
    ])
  return table(['', 'as fast as it can', 'at the fixed rate'], rows)
}

export function memoryTable(figures: Figures, subjects: readonly Subject[]): string {
  const head = ['', 'listening ms', 'telemetry ready ms', 'idle MiB', 'loaded MiB', '10 s later MiB']
  const names = ['listeningMs', 'readyMs', 'idleMib', 'loadedMib', 'settledMib']
  return plainTable(figures, [...subjects, FROM_SOURCE], head, names)
}

export function bytesTable(figures: Figures, subjects: readonly Subject[]): string {
  const head = [
    '',
    'traces B/request',
    'metrics B/export',
    'allocated B/request',
    'by other threads',
    'loop delay max ms',
  ]
  const names = ['traceBytes', 'metricBytes', 'dataAllocatedBytes', 'otherAllocatedBytes', 'loopDelayMaxMs']
  const dead = subjects.map(({ key, name }) => ({ key: `${key} dead`, name: `${name}; collector dead` }))
  const isMeasured = ({ key }: { key: string }): boolean => names.some((name) => figures.rounds(name, key).length > 0)
  return plainTable(figures, [...subjects, ...dead].filter(isMeasured), head, names)
}

function plainTable(
  figures: Figures,
  subjects: readonly Pick<Subject, 'key' | 'name'>[],
  head: readonly string[],
  names: readonly string[],
): string {
  const rows = subjects.map(({ key, name }) => [
    name,
    ...names.map((figure) => withSpread(figures.spread(figure, key))),
  ])
  return table(head, rows)
}

/** How the load scales, in ratios to nginx: a column a case. */
export function overview(figures: Figures, subjects: readonly Subject[], cases: readonly Case[]): string {
  const rows = cases.map((what) => [
    title(what),
    ...subjects.map(({ key }) => ratioWithSpread(figures.ratio(`cpuUs ${what.key}`, key, YARDSTICK))),
  ])
  return table(['', ...subjects.map(({ key }) => key)], rows)
}

function isNode({ key }: Subject): boolean {
  return key !== YARDSTICK && key !== 'haproxy'
}

function sum(values: readonly (number | undefined)[]): number {
  return values.reduce<number>((total, value) => total + (value ?? 0), 0)
}
