/** What came of a replay, for people and for programs. Pure. What came from the traffic is printable ASCII here. */
import { createColors } from 'picocolors'
import type { Exchange } from '../exchange.ts'
import { asciiJson } from '../json.ts'
import { phasesOf } from '../phases.ts'
import { printable } from '../printable.ts'
import { differencesOf, hasSameStatus, type Row, type Seen } from './replay-differences.ts'
import type { Place } from './replay-place.ts'
import type { Plan } from './replay-plan.ts'

export interface Replay {
  readonly first: Exchange
  readonly plan: Plan
  readonly place: Place
  /** What the sidecar recorded of it, if it came by one. */
  readonly second: Exchange | undefined
  /** That, or else what the client saw. */
  readonly now: Seen
}

const PATH_LENGTH_MAX = 160

export function replayText(replay: Replay, isColoured: boolean): string {
  const { first, plan, place, second, now } = replay
  const { bold, dim, red, green } = createColors(isColoured)
  const rows = differencesOf(first, now)
  const widths = [widthOf(rows, 'name'), widthOf(rows, 'before'), widthOf(rows, 'now')] as const
  const line = (name: string, before: string, after: string): string =>
    `  ${name.padEnd(widths[0])}  ${before.padEnd(widths[1])}  ${after.padEnd(widths[2])}`
  const coloured = (row: Row): string => {
    const text = line(row.name, row.before ?? '-', row.now ?? '-')
    return row.note === '' ? text.trimEnd() : `${text}  ${row.name === 'status' ? red(row.note) : row.note}`
  }
  const verdict = hasSameStatus(first, now) ? green('the same status') : red('another status')
  return [
    `${bold(`${plan.method} ${targetOf(first)}`)} once more, to ${place.url.origin}`,
    ...plan.notes.map(dim),
    '',
    line('', `#${first.id}`, second === undefined ? 'now' : `#${second.id}`).trimEnd(),
    ...rows.map(coloured),
    '',
    `${verdict}; ${whereText(replay)}`,
    '',
  ].join('\n')
}

/** One object. */
export function replayJson({ first, plan, place, second, now }: Replay): string {
  const shown = {
    sent: {
      to: place.url.origin,
      method: plan.method,
      target: targetOf(first),
      fields: Object.keys(plan.fields),
      bodyBytes: plan.body?.length ?? 0,
      notes: plan.notes,
    },
    before: { id: first.id, traceId: first.trace.traceId, ...answerOf(first) },
    now: { ...(second && { id: second.id, traceId: second.trace.traceId }), ...answerOf(now) },
    sameStatus: hasSameStatus(first, now),
    differences: differencesOf(first, now)
      .filter(({ note }) => note !== '')
      .map(({ name, note }) => ({ name, note })),
  }
  return `${asciiJson(shown)}\n`
}

/** As it was recorded: a query that was given anew has the secrets that the recorded one has not. */
function targetOf({ request }: Exchange): string {
  const target = request?.query === undefined ? (request?.path ?? '') : `${request.path}?${request.query}`
  return printable(target.slice(0, PATH_LENGTH_MAX)) + (target.length > PATH_LENGTH_MAX ? '...' : '')
}

function whereText({ place, second }: Replay): string {
  if (second !== undefined) return `the sidecar has it as #${second.id}, trace ${printable(second.trace.traceId)}`
  if (!place.isSidecar) return 'it did not come by the sidecar, so these times are those of this client'
  return `the sidecar has no record of it: is it another that listens on ${place.url.origin}? These times are those of this client`
}

function answerOf(seen: Seen): object {
  const { response, outcome, durationMs } = seen
  const { phases } = phasesOf(seen)
  return { response: response ?? null, outcome, durationMs, phases }
}

function widthOf(rows: readonly Row[], column: 'name' | 'before' | 'now'): number {
  return Math.max(...rows.map((row) => (row[column] ?? '-').length), 5)
}
