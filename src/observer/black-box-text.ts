/** What a black box tells, as text for people. Pure. What came from the traffic is printable ASCII here: a terminal obeys the rest. */
import type { Exchange } from '../exchange.ts'
import { printable } from '../printable.ts'
import type { RunReport } from './black-box-report.ts'
import { crashLine } from './crashes.ts'

/** The latest; `--json` has all. */
const EXCHANGES_MAX = 20

const ENDS: Readonly<Record<RunReport['end'], string>> = {
  stopped: 'it was asked to stop',
  fatal: 'a fatal error ended it',
  'cut-off': 'cut off without a word (or still running)',
}

export function blackBoxText(path: string, runs: readonly RunReport[], torn: number): string {
  const requests = runs.reduce((sum, { exchanges }) => sum + exchanges.length, 0)
  const damage = torn === 0 ? '' : `, ${counted(torn, 'record')} torn`
  const title = `${path}: ${counted(runs.length, 'run')}, ${counted(requests, 'request')}${damage}`
  return `${[title, ...runs.flatMap((run) => ['', ...runLines(run)])].map(printable).join('\n')}\n`
}

function runLines(run: RunReport): string[] {
  const { inFlight, unwritten, exchanges, crashes, deaths } = run
  const shown = exchanges.slice(-EXCHANGES_MAX)
  return [
    `run of ${run.run}, until ${iso(run.untilMs)}: ${ENDS[run.end]}`,
    ...deaths.flatMap(({ atMs, of, text }) => [
      `  ${iso(atMs)} ${of} died of`,
      ...text.split('\n').map((line) => `    ${line}`),
    ]),
    ...crashes.map((report) => `  ${iso(report.seenAtMs)} ${crashLine(report)}`),
    ...lastLook(run),
    `  in flight at the end: ${inFlight.length}`,
    ...inFlight.map(({ id, method, path, phase, traceId, startedAtMs }) => {
      const age = Math.max(0, Math.round(run.untilMs - startedAtMs))
      return `    #${id} ${method} ${path}, ${phase} for ${age}ms, trace ${traceId}`
    }),
    ...(unwritten.length === 0 ? [] : [`  ended, but how is not known: ${unwritten.map((id) => `#${id}`).join(' ')}`]),
    `  requests: ${exchanges.length}${shown.length < exchanges.length ? `, the last ${shown.length}` : ''}`,
    ...shown.map((exchange) => `    ${exchangeLine(exchange)}`),
  ]
}

function lastLook({ looks }: RunReport): string[] {
  // An app that has gone has no container any more: what was last seen of it says more.
  const look = looks.findLast(({ container }) => container !== undefined) ?? looks.at(-1)
  if (look === undefined) return []
  const { container, process: app, node } = look
  const { memory, cpu } = container ?? {}
  const figures = [
    memory?.usageBytes !== undefined && `memory ${mebibytes(memory.usageBytes)} of ${limitText(memory.limitBytes)}`,
    cpu?.timeSeconds !== undefined && `CPU ${cpu.timeSeconds.toFixed(1)} s, limit ${cpu.limitCores ?? 'none'}`,
    cpu?.throttledSeconds !== undefined && `throttled ${cpu.throttledSeconds.toFixed(1)} s`,
    app?.openFds !== undefined && `descriptors ${app.openFds} of ${app.openFdsMax ?? 'any'}`,
    `node memory ${mebibytes(node.availableMemoryBytes)} available of ${mebibytes(node.totalMemoryBytes)}`,
  ]
  return [`  last look, ${iso(look.atMs)} (${look.scope}): ${figures.filter((figure) => figure !== false).join('; ')}`]
}

function exchangeLine({
  id,
  trace,
  request,
  response,
  outcome,
  error,
  startedAtMs,
  durationMs,
  resources,
}: Exchange): string {
  const what = request === undefined ? 'no request' : `${request.method} ${request.path}`
  const how = outcome === 'complete' ? '' : ` ${outcome}`
  const why = error === undefined ? '' : ` (${error.type})`
  const throttled = resources?.cpuThrottledMs ? `, throttled ${Math.round(resources.cpuThrottledMs)}ms` : ''
  const status = response?.status ?? '-'
  return `${iso(startedAtMs)} #${id} ${what} ${status} ${Math.round(durationMs)}ms${how}${why}${throttled}, trace ${trace.traceId}`
}

function limitText(bytes: number | undefined): string {
  return bytes === undefined ? 'no limit' : mebibytes(bytes)
}

function mebibytes(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(1)} MiB`
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}

function iso(ms: number): string {
  return new Date(ms).toISOString()
}
