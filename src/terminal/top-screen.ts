/** What `podspan top` shows, as lines: the sidecar, the traffic, the container, the books, and the table of routes. Pure. */
import type { AboutAnswer, LiveTick, ResourcePoint } from '../admin/shapes.ts'
import type { BackendState } from '../ledger.ts'
import { type Colours, createPretty, durationText } from '../pretty.ts'
import { cut, rateText, tableLines } from './top-table.ts'

export interface TopView {
  readonly about: AboutAnswer
  readonly tick: LiveTick
  /** What a person should know of the connection. */
  readonly note: string | undefined
}

type Paint = (text: string) => string
/** A piece of a line, and how it is shown. */
type Piece = readonly [text: string, paint: Paint]

const BETWEEN = ' · '
const MEBIBYTE = 1_048_576

export function topLines(
  view: TopView,
  size: { readonly columns: number; readonly rows: number },
  colours: Colours,
): string[] {
  const { about, tick, note } = view
  const { columns, rows } = size
  const head = [
    line([[title(about, tick), colours.bold]], columns),
    line(trafficPieces(tick, colours), columns),
    line(containerPieces(tick, colours), columns),
    line(telemetryPieces(tick, colours), columns),
    note === undefined ? '' : colours.yellow(cut(note, columns)),
  ]
  const room = { columns, rows: Math.max(0, rows - head.length) }
  return [...head, ...tableLines(tick.routes, tick.inflight.requests, room, colours)].slice(0, rows)
}

function title({ version, service, pod, target, listen, startedAtMs }: AboutAnswer, { traffic }: LiveTick): string {
  const who = pod === undefined || pod === service ? service : `${service} in ${pod}`
  const up = durationText(Math.max(0, traffic.atMs - startedAtMs))
  return `podspan ${version}: ${who}, port ${listen.port} before ${target}, up ${up}`
}

function trafficPieces({ routes, inflight }: LiveTick, { red, dim }: Colours): Piece[] {
  const sum = (of: 'perSecond' | 'errorsPerSecond'): number => routes.reduce((total, route) => total + route[of], 0)
  const errors = sum('errorsPerSecond')
  const share = errors === 0 ? 0 : (errors / sum('perSecond')) * 100
  const oldest = inflight.requests.toSorted((a, b) => b.ageMs - a.ageMs)[0]
  return [
    [`${rateText(sum('perSecond'))} req/s`, plain],
    [`${share.toFixed(1)} % errors`, errors > 0 ? red : plain],
    [`${inflight.count} in flight`, plain],
    ...(oldest === undefined
      ? []
      : [[`the oldest ${durationText(oldest.ageMs)}: ${oldest.method} ${oldest.path}`, dim] as const]),
  ]
}

function containerPieces({ app, resources }: LiveTick, { red, green }: Colours): Piece[] {
  const life = app?.app
  const pieces: Piece[] = []
  if (life !== undefined) {
    pieces.push(life.isUp ? ['app up', green] : ['app DOWN', red])
    if (life.exits > 0) pieces.push([`exits: ${life.exits}`, red])
    if (life.oomKills > 0) pieces.push([`OOM kills: ${life.oomKills}`, red])
  }
  return [...pieces, ...figures(resources, SCOPES[app?.scope ?? 'none'], red)]
}

/** Whose the figures are. */
const SCOPES = { app: '', shared: ' (with podspan)', pod: ' (the pod)', none: '' } as const

function figures(point: ResourcePoint | undefined, scope: string, red: Paint): Piece[] {
  const { cpuCores, cpuLimitCores, throttledMs = 0, memoryBytes, memoryLimitBytes } = point ?? {}
  const pieces: Piece[] = []
  if (cpuCores !== undefined) pieces.push([`CPU ${cpuCores.toFixed(2)}${limit(cpuLimitCores)} cores${scope}`, plain])
  if (throttledMs >= 1) pieces.push([`throttled ${Math.round(throttledMs)} ms/s`, red])
  if (memoryBytes !== undefined) {
    const limitMiB = memoryLimitBytes === undefined ? undefined : Math.round(memoryLimitBytes / MEBIBYTE)
    pieces.push([`memory ${Math.round(memoryBytes / MEBIBYTE)}${limit(limitMiB)} MiB${scope}`, plain])
  }
  return pieces.length === 0 ? [['nothing is seen of the container', plain]] : pieces
}

function limit(of: number | undefined): string {
  return of === undefined ? '' : ` of ${of}`
}

function telemetryPieces({ ledger: { ledger, backends } }: LiveTick, { red, green }: Colours): Piece[] {
  const losses = createPretty(false).losses(ledger)
  return [
    ...(backends.length === 0
      ? [['no telemetry is sent', plain] as const]
      : backends.map((each) => backendPiece(each, red))),
    losses === undefined ? ['nothing lost', green] : [losses, red],
  ]
}

function backendPiece({ signal, mood, reason, queued }: BackendState, red: Paint): Piece {
  const why = reason === undefined || mood === 'fine' ? '' : ` (${reason})`
  const waiting = queued === 0 ? '' : `, ${queued} queued`
  return [`${signal}s ${mood}${why}${waiting}`, mood === 'failing' || mood === 'refused' ? red : plain]
}

function plain(text: string): string {
  return text
}

/** As many of the pieces as there is room for, the last of them cut. */
function line(pieces: readonly Piece[], columns: number): string {
  let text = ''
  let left = columns
  for (const [at, [each, paint]] of pieces.entries()) {
    const before = at === 0 ? '' : BETWEEN
    const shown = cut(each, left - before.length)
    if (left - before.length <= 0) break
    text += before + paint(shown)
    left -= before.length + shown.length
  }
  return text
}
