/** Two answers to the same request, and what is different about them, in words. Pure. */
import type { CapturedHeaders, Exchange } from '../exchange.ts'
import { phasesOf, type Timed } from '../phases.ts'
import { durationText } from '../pretty.ts'
import { printable } from '../printable.ts'

/** An exchange of the sidecar's, or what the client saw of one. */
export type Seen = Timed & Pick<Exchange, 'response' | 'eventStream'>

export interface Row {
  readonly name: string
  /** Undefined: there was none. */
  readonly before: string | undefined
  readonly now: string | undefined
  /** What is to be said about it; empty where both are the same, or nearly. */
  readonly note: string
}

const DIFFERENT = 'different'
const REDACTED = 'REDACTED'
/** Two runs of the same are never equally fast. */
const TIMES_MIN = 2
const APART_MS = 5
/** Longer values are not for a table. */
const CELL_LENGTH_MAX = 48

export function differencesOf(before: Seen, now: Seen): readonly Row[] {
  return [
    ...texts('status', statusText(before), statusText(now)),
    ...texts('ended', before.outcome, now.outcome),
    ...(isStream(before, now) ? [] : texts('bytes', bytesText(before), bytesText(now))),
    ...headerRows(before.response?.headers ?? {}, now.response?.headers ?? {}),
    ...phaseRows(before, now),
    ...(isStream(before, now) ? [] : [time('in all', before.durationMs, now.durationMs)]),
  ]
}

/** How much comes of it, and how long that takes, is up to whoever leaves it. */
function isStream(...both: readonly Seen[]): boolean {
  return both.some(({ eventStream }) => eventStream !== undefined)
}

/** Also when neither had an answer. */
export function hasSameStatus(before: Seen, now: Seen): boolean {
  return before.response?.status === now.response?.status
}

function statusText({ response }: Seen): string | undefined {
  return response && `${response.status} ${response.reason}`.trimEnd()
}

function bytesText({ response }: Seen): string | undefined {
  return response && String(response.bytes)
}

/** A secret is never known, and so never different. */
function headerRows(before: CapturedHeaders, now: CapturedHeaders): Row[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])].sort()
  return names
    .filter((name) => !isSecret(before[name]) && !isSecret(now[name]))
    .flatMap((name) => texts(printable(name), before[name]?.join(', '), now[name]?.join(', ')))
}

function isSecret(values: readonly string[] = []): boolean {
  return values.some((value) => value.includes(REDACTED))
}

function phaseRows(before: Seen, now: Seen): Row[] {
  const [past, present] = [before, now].map(
    (each) => new Map(phasesOf(each).phases.map((phase) => [phase.name, phase])),
  )
  const all = ['connect', 'upload', 'app', ...(isStream(before, now) ? [] : (['download'] as const))] as const
  const names = all.filter((name) => past?.has(name) || present?.has(name))
  return names.map((name) => time(name, past?.get(name)?.durationMs, present?.get(name)?.durationMs))
}

function texts(name: string, before: string | undefined, now: string | undefined): Row[] {
  if (before === undefined && now === undefined) return []
  return [{ name, before: cell(before), now: cell(now), note: before === now ? '' : DIFFERENT }]
}

function time(name: string, before: number | undefined, now: number | undefined): Row {
  return {
    name,
    before: before === undefined ? undefined : durationText(before),
    now: now === undefined ? undefined : durationText(now),
    note: timesAs(before ?? 0, now ?? 0),
  }
}

/** `3 times as long`, `twice as fast`; what is small or alike is not worth a word. */
function timesAs(before: number, now: number): string {
  if (Math.abs(now - before) < APART_MS) return ''
  if (now >= before * TIMES_MIN) return before < 0.1 ? 'longer' : `${times(now / before)} as long`
  if (before >= now * TIMES_MIN) return now < 0.1 ? 'shorter' : `${times(before / now)} as fast`
  return ''
}

function times(ratio: number): string {
  return Math.round(ratio) === 2 ? 'twice' : `${Math.round(ratio)} times`
}

function cell(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const shown = printable(text.slice(0, CELL_LENGTH_MAX))
  return text.length > CELL_LENGTH_MAX || shown.length > CELL_LENGTH_MAX
    ? `${shown.slice(0, CELL_LENGTH_MAX - 3)}...`
    : shown
}
