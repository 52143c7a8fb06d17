/** The page bench/RESULTS.md, put together. */
import { title } from '../load/cases.ts'
import { CONNECTIONS as IDLE_CONNECTIONS } from '../measure/idle-connections.ts'
import { OFTEN, type Run } from '../measure/run.ts'
import { RATE as SCALE_RATE } from '../measure/scale.ts'
import { isOften } from '../measure/throughput.ts'
import { FROM_SOURCE, type Subject } from '../subjects/subjects.ts'
import { budgetTable } from './budgets.ts'
import { machine, versions } from './machine.ts'
import { withSpread } from './markdown.ts'
import { bytesTable, caseTable, deliveryTable, latencyTable, memoryTable, overview, scaleTable } from './tables.ts'

export interface About {
  readonly podspan: string
  readonly collector: string
  readonly startedAt: Date
  readonly minutes: number
  readonly ratePerSecond: number
  readonly absent: readonly Subject[]
  readonly command: string
}

export function page({ figures, subjects, cases, rounds, seconds }: Run, about: About): string {
  return `# Results

Made by \`${about.command}\`; do not edit. ${about.startedAt.toISOString().slice(0, 16).replace('T', ' ')} UTC, ${about.minutes.toFixed(0)} minutes.
Every number is the median of ${rounds} interleaved rounds of ${seconds} s (${rounds * OFTEN}, of ${OFTEN} starts, for ${cases.filter(isOften).map(title).join(' and ')}; ${rounds * OFTEN} for what
budgets say of latency and delay), with the lowest and the highest behind it. Ratios are taken within a round. A dash is a number that could not be had. Of failed requests the number of all rounds is given.

${list([...machine(), ...versions(about.podspan), `telemetry goes to ${about.collector}`, ...about.absent.map(absence)])}

## Budgets

${budgetTable(figures)}

## CPU a request, against nginx without telemetry

${overview(figures, subjects, cases)}

## At a fixed rate

${Math.round(about.ratePerSecond)} requests/s on 64 connections, 70 % of what podspan takes at most. Requests leave on time, four at a time,
whether or not earlier ones were answered, and latency counts from when a request should have left. Who serves less than 100 % cannot take
the rate, and its latencies grow with the length of the run. Here alone telemetry goes to a receiver that throws it away: the load, the app
and the Collector would fill the core that they share, and latencies would tell of that.

${latencyTable(figures, subjects)}

Spans that reached the collector, a request. podspan and the load make one; the instrumented proxies make one for each side, or more:

${deliveryTable(figures, subjects)}

## Many connections

CPU us of a request at ${SCALE_RATE} requests/s. Up to 64 connections ask; the others have asked once and stay.

${scaleTable(figures, subjects)}

## Start and memory

Listening: from the start of the process to the first accepted connection. Telemetry ready: to the first span at a collector. Loaded: right
after ${seconds} s at saturation. From source: as \`npm run podspan\` starts it, npm itself not counted. Its first start ever strips the types and
takes more: where the cache was empty, that is the highest figure.

${memoryTable(figures, subjects)}

An idle connection of a client, of ${IDLE_CONNECTIONS}, from source: ${withSpread(figures.spread('idleConnectionKib', FROM_SOURCE.key))} KiB when the last one has come, ${withSpread(figures.spread('idleConnectionClosedKib', FROM_SOURCE.key))} KiB when the side
to the app is closed for all.

## Bytes, allocation, and delay of the event loop

${bytesTable(figures, subjects)}

## Case by case, as fast as they can

${cases.map((what) => `### ${title(what)}\n\n${caseTable(figures, subjects, what)}`).join('\n\n')}
`
}

function absence({ name, get }: Subject): string {
  return `${name}: not here, so not measured (${get})`
}

function list(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join('\n')
}
