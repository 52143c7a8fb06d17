/**
 * An exchange as one line for people, the same in the log and in the terminal:
 *
 *   14:03:22.417 GET     /users/7                 200   9.2 ms  connect 0.2 · app 8.1 · download 0.4 ms  #17 4bf92f3577b34da6…
 *
 * Columns that fit stand below each other; what is longer pushes the rest and loses nothing. Pure. What came from the traffic
 * is printable ASCII here.
 */
import { createColors } from 'picocolors'
import type { Exchange } from './exchange.ts'
import { faultOf } from './fault.ts'
import type { LedgerSnapshot } from './ledger.ts'
import { type Phases, phasesOf } from './phases.ts'
import { printable } from './printable.ts'

export type Colours = ReturnType<typeof createColors>

const METHOD_WIDTH = 7
const PATH_WIDTH = 24
const TOTAL_WIDTH = 8
const BLAME_WIDTH = 40
const NUMBER_WIDTH = 6
/** A line is read at a glance; the whole path is in the other forms. */
const PATH_LENGTH_MAX = 160
const WORD_LENGTH_MAX = 40
/** Less is shown as 0.0, and so as nothing. */
const SHOWN_MIN = 0.05
/** From here on a sum of seconds is easier to read than one of milliseconds. */
const SECONDS_FROM_MS = 10_000

export interface Pretty {
  /** Without the end of the line. */
  readonly line: (exchange: Exchange) => string
  /** What the books say is gone; undefined when nothing is. */
  readonly losses: (books: LedgerSnapshot) => string | undefined
}

export function createPretty(isColoured: boolean): Pretty {
  const colours = createColors(isColoured)
  return { line: (exchange) => lineOf(exchange, colours), losses: (books) => lossesOf(books, colours) }
}

function lineOf(exchange: Exchange, colours: Colours): string {
  const { id, trace, request, response, startedAtMs, durationMs } = exchange
  const blame = blameParts(phasesOf(exchange), durationMs)
  const pad = ' '.repeat(Math.max(0, BLAME_WIDTH - textOf(blame).length))
  return [
    colours.dim(localTime(startedAtMs)),
    shortened(request?.method ?? '-', WORD_LENGTH_MAX).padEnd(METHOD_WIDTH),
    targetOf(exchange).padEnd(PATH_WIDTH),
    colourOfStatus(response?.status, colours)(String(response?.status ?? '---').padStart(3)),
    colours.bold(durationText(durationMs).padStart(TOTAL_WIDTH)),
    ` ${colouredBlame(blame, colours)}${pad}`,
    colours.dim(`#${id}`.padStart(NUMBER_WIDTH)),
    colours.dim(shortened(trace.traceId, WORD_LENGTH_MAX)),
    ...notes(exchange).map(colours.red),
  ].join(' ')
}

function lossesOf(books: LedgerSnapshot, colours: Colours): string | undefined {
  const losses = Object.entries(books).flatMap(([signal, { dropped }]) =>
    Object.entries(dropped).map(([reason, count]) => `${signal} ${count} ${reason}`),
  )
  return losses.length === 0 ? undefined : colours.red(`lost since the start: ${losses.join(', ')}`)
}

/** `9.2 ms`, `417 ms`, `12.3 s`, `2m03s`, `1h05m`. */
export function durationText(ms: number): string {
  if (ms < 99.95) return `${ms.toFixed(1)} ms`
  if (ms < 999.5) return `${Math.round(ms)} ms`
  if (ms < 9_995) return `${(ms / 1_000).toFixed(2)} s`
  if (ms < 59_950) return `${(ms / 1_000).toFixed(1)} s`
  const seconds = Math.round(ms / 1_000)
  const two = (count: number): string => String(count).padStart(2, '0')
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}m${two(seconds % 60)}s`
  return `${Math.floor(seconds / 3_600)}h${two(Math.floor(seconds / 60) % 60)}m`
}

/** Red for what failed, yellow for what the client did wrong. */
export function colourOfStatus(status: number | undefined, colours: Colours): (text: string) => string {
  if (status === undefined || status >= 500) return colours.red
  if (status >= 400) return colours.yellow
  return status >= 300 ? colours.cyan : colours.green
}

function targetOf({ request, upgrade }: Exchange): string {
  if (request === undefined)
    return upgrade === undefined ? '(refused)' : `(${shortened(upgrade.protocol, WORD_LENGTH_MAX)})`
  return shortened(request.query === undefined ? request.path : `${request.path}?${request.query}`, PATH_LENGTH_MAX)
}

interface BlamePart {
  readonly text: string
  readonly isLongest: boolean
}

function blameParts({ phases, ownMs, clientStalledMs }: Phases, durationMs: number): BlamePart[] {
  const [divisor, unit] = durationMs < SECONDS_FROM_MS ? [1, 'ms'] : [1_000, 's']
  const number = (ms: number): string =>
    ms / divisor >= 99.95 ? String(Math.round(ms / divisor)) : (ms / divisor).toFixed(1)
  const isShown = (ms: number): boolean => ms / divisor >= SHOWN_MIN
  const longestMs = Math.max(...phases.map((phase) => phase.durationMs))
  const parts = phases
    .filter((phase) => isShown(phase.durationMs))
    .map(({ name, durationMs }) => {
      const stalled = name === 'download' && isShown(clientStalledMs) ? ` (client ${number(clientStalledMs)})` : ''
      return { text: `${name} ${number(durationMs)}${stalled}`, isLongest: durationMs === longestMs }
    })
  if (isShown(ownMs)) parts.push({ text: `us ${number(ownMs)}`, isLongest: false })
  const last = parts.pop()
  return last === undefined ? [] : [...parts, { ...last, text: `${last.text} ${unit}` }]
}

const BETWEEN = ' · '

function textOf(parts: readonly BlamePart[]): string {
  return parts.map(({ text }) => text).join(BETWEEN)
}

function colouredBlame(parts: readonly BlamePart[], { bold, dim }: Colours): string {
  return parts.map(({ text, isLongest }) => (isLongest ? bold(text) : dim(text))).join(dim(BETWEEN))
}

/** What went wrong. Who leaves a stream ends it in the usual way. */
function notes(exchange: Exchange): string[] {
  const { outcome, error, resources } = exchange
  const why = error === undefined ? '' : ` (${shortened(error.type, WORD_LENGTH_MAX)})`
  const isBroken = faultOf(exchange) !== undefined && (outcome !== 'complete' || error !== undefined)
  const throttledMs = resources?.cpuThrottledMs ?? 0
  return [
    ...(isBroken ? [shortened(outcome, WORD_LENGTH_MAX) + why] : []),
    ...(throttledMs >= 1 ? [`throttled ${durationText(throttledMs)}`] : []),
  ]
}

/** Of the machine's own time zone. */
function localTime(ms: number): string {
  const at = new Date(ms)
  const two = (count: number): string => String(count).padStart(2, '0')
  const clock = [at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(':')
  return `${clock}.${String(at.getMilliseconds()).padStart(3, '0')}`
}

function shortened(text: string, lengthMax: number): string {
  const shown = printable(text.slice(0, lengthMax))
  return shown.length > lengthMax || text.length > lengthMax ? `${shown.slice(0, lengthMax - 3)}...` : shown
}
