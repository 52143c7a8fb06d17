/**
 * What was observed → lines for stdout, and bodies for whoever is sent the same. Pure: it writes nothing and keeps nothing.
 *
 * Every line is one complete JSON object of printable ASCII, newline included at most `lineBytesMax` bytes, because
 * container runtimes split longer ones. A text that would not fit is cut short, never the JSON.
 */
import type { Exchange } from '../exchange.ts'
import type { Pretty } from '../pretty.ts'
import { printable } from '../printable.ts'
import type { CpuTimes, ResourceSample } from '../resources/sample.ts'

/** The node as it was when the exchange ended. `cpus` is a count, or with --dump-full every core as `os.cpus()` tells it. */
export interface ObservedResource {
  readonly free_memory: number
  readonly total_memory: number
  readonly cpus: number | readonly CpuReading[]
}

interface CpuReading {
  readonly model: string
  readonly speed: number
  readonly times: CpuTimes['times']
}

export interface Observed {
  readonly exchange: Exchange
  /** Undefined before the first resource sample. */
  readonly resource: ObservedResource | undefined
}

export interface DumpLine {
  readonly text: string
  /** What the line tells of. */
  readonly items: readonly Observed[]
}

/** The endpoint of an exchange whose request was never understood; no path can be that, paths start with `/` or are `*`. */
const NO_ENDPOINT = '(refused)'
/** The shortest text the cutting of an ndjson line tries before it gives the line up. */
const TEXT_LENGTH_MIN = 8

export function resourceOf(sample: ResourceSample, everyCore: boolean): ObservedResource {
  const { freeMemoryBytes, totalMemoryBytes, cpus } = sample.node
  const readings = cpus.map(({ model, speedMhz, times }) => ({ model, speed: speedMhz, times }))
  return { free_memory: freeMemoryBytes, total_memory: totalMemoryBytes, cpus: everyCore ? readings : cpus.length }
}

/**
 * One object per endpoint, `{ "/a": { history: [...], file, pod } }`; a history that is too long for one line goes on in
 * the next under the same key. `pod` is left out when it is not known.
 */
export function historyLines(items: readonly Observed[], pod: string | undefined, lineBytesMax: number): DumpLine[] {
  return framesOf(items, pod, lineBytesMax).flatMap((frame) => packed(frame, lineBytesMax - LINE_BYTES).map(lineOf))
}

/**
 * The very same entries, all endpoints in one object: for a reader that takes whole documents. Where that would be longer
 * than `bodyBytesMax` there are several.
 */
export function historyBodies(
  items: readonly Observed[],
  pod: string | undefined,
  { lineBytesMax, bodyBytesMax }: { readonly lineBytesMax: number; readonly bodyBytesMax: number },
): DumpLine[] {
  const bodies: DumpLine[] = []
  let members: DumpLine[] = []
  let used = 0
  const close = (): void => {
    if (members.length > 0) bodies.push(bodyOf(members))
    members = []
    used = 0
  }
  for (const member of framesOf(items, pod, lineBytesMax).flatMap((frame) =>
    packed(frame, bodyBytesMax - LINE_BYTES),
  )) {
    if (used + member.text.length > bodyBytesMax - LINE_BYTES) close()
    members.push(member)
    used += member.text.length + 1
  }
  close()
  return bodies
}

/** `{`, `}` and a newline around a member. */
const LINE_BYTES = 3

function lineOf({ text, items }: DumpLine): DumpLine {
  return { text: `{${text}}\n`, items }
}

function bodyOf(members: readonly DumpLine[]): DumpLine {
  return lineOf({ text: members.map(({ text }) => text).join(','), items: members.flatMap(({ items }) => items) })
}

/** One line an exchange: the Exchange itself. One that fits no line even with its texts cut short is left out. */
export function ndjsonLines(items: readonly Observed[], lineBytesMax: number): DumpLine[] {
  return items.flatMap((item) => {
    let text = `${asciiJson(item.exchange)}\n`
    for (let length = lineBytesMax / 8; text.length > lineBytesMax && length >= TEXT_LENGTH_MIN; length /= 2)
      text = `${asciiJson(item.exchange, length)}\n`
    return text.length > lineBytesMax ? [] : [{ text, items: [item] }]
  })
}

/** For people; as many exchanges at once as fit into one write of `lengthMax`. */
export function prettyLines(items: readonly Observed[], pretty: Pretty, lengthMax: number): DumpLine[] {
  const writes: { text: string; items: Observed[] }[] = []
  for (const item of items) {
    const line = `${pretty.line(item.exchange)}\n`
    const last = writes.at(-1)
    if (last === undefined || last.text.length + line.length > lengthMax) writes.push({ text: line, items: [item] })
    else {
      last.text += line
      last.items.push(item)
    }
  }
  return writes
}

/** An endpoint and what stands around its history. */
interface Frame {
  readonly endpoint: string
  readonly history: readonly Observed[]
  readonly before: string
  readonly after: string
  readonly lineBytesMax: number
}

function framesOf(items: readonly Observed[], pod: string | undefined, lineBytesMax: number): Frame[] {
  const byEndpoint = Map.groupBy(items, ({ exchange }) => endpointOf(exchange, lineBytesMax))
  return [...byEndpoint].map(([endpoint, history]) => {
    const isFile = history.some(({ exchange }) => exchange.isFile)
    const tail = { file: isFile, ...(pod !== undefined && { pod: fitted(pod, lineBytesMax / 16) }) }
    const before = `${asciiJson(endpoint)}:{"history":[`
    return { endpoint, history, before, after: `],${asciiJson(tail).slice(1)}`, lineBytesMax }
  })
}

/** Members of an object, `"/a": { history: [...], ... }`, each of at most so many bytes. */
function packed({ endpoint, history, before, after, lineBytesMax }: Frame, bytesMax: number): DumpLine[] {
  const members: DumpLine[] = []
  const around = before.length + after.length
  let entries: string[] = []
  let items: Observed[] = []
  let used = 0
  const close = (): void => {
    if (items.length > 0) members.push({ text: before + entries.join(',') + after, items })
    entries = []
    items = []
    used = 0
  }
  for (const item of history) {
    const entry = entryOf(item, endpoint, lineBytesMax - LINE_BYTES - around, lineBytesMax)
    if (used + entry.length > bytesMax - around) close()
    entries.push(entry)
    items.push(item)
    used += entry.length + 1
  }
  close()
  return members
}

function entryOf({ exchange, resource }: Observed, endpoint: string, room: number, lineBytesMax: number): string {
  const entry = {
    request: { endpoint, method: fitted(exchange.request?.method ?? '', lineBytesMax / 16) },
    response: responseOf(exchange, lineBytesMax / 16),
    time: timeOf(exchange.durationMs),
    started: new Date(exchange.startedAtMs).toISOString(),
  }
  if (resource === undefined) return asciiJson(entry)
  const container = exchange.resources && { container: exchange.resources }
  const text = asciiJson({ ...entry, resource: { ...resource, ...container } })
  if (text.length <= room || typeof resource.cpus === 'number') return text
  // A node with more cores than a line has room for is told by their count.
  return asciiJson({ ...entry, resource: { ...resource, cpus: resource.cpus.length, ...container } })
}

/** What the client got; when that was nothing, or was cut off, the message is how it ended. Status 0: it got no head. */
function responseOf({ response, outcome }: Exchange, bytesMax: number): { status: string; message: string } {
  if (response === undefined) return { status: '0', message: outcome }
  const message = outcome.endsWith('-aborted') ? outcome : response.reason
  return { status: String(response.status), message: fitted(message, bytesMax) }
}

/** Whole milliseconds, `9ms`; below one, tenths, `0.4ms`, because a file from memory is faster than that. */
function timeOf(durationMs: number): string {
  return durationMs < 1 ? `${Math.round(durationMs * 10) / 10}ms` : `${Math.round(durationMs)}ms`
}

function endpointOf({ request }: Exchange, lineBytesMax: number): string {
  // It stands twice in a line: as the key and in the entry.
  return request === undefined ? NO_ENDPOINT : fitted(request.path, lineBytesMax / 4)
}

/** The start of a text that takes at most `bytesMax` bytes once it is JSON. */
function fitted(text: string, bytesMax: number): string {
  let fitting = text.length > bytesMax ? text.slice(0, bytesMax) : text
  while (asciiJson(fitting).length > bytesMax) fitting = fitting.slice(0, fitting.length / 2)
  return fitting
}

/** JSON in printable ASCII alone: a log is read by terminals, and a traffic's control bytes are commands to them. */
function asciiJson(value: unknown, textLengthMax = Number.POSITIVE_INFINITY): string {
  const shorten = (_: string, each: unknown): unknown =>
    typeof each === 'string' ? each.slice(0, textLengthMax) : each
  const json = textLengthMax === Number.POSITIVE_INFINITY ? JSON.stringify(value) : JSON.stringify(value, shorten)
  return printable(json)
}
