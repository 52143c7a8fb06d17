/** The books and the backends in plain words: is anything lost, and does it arrive? Pure. */
import type { LedgerAnswer } from '../admin/shapes.ts'
import type { BackendState, DropReason, Signal } from '../ledger.ts'
import { count, counted, spanWords } from './format.ts'
import type { Tone } from './outcome.ts'

export interface Statement {
  readonly tone: Tone
  readonly text: string
  /** What to know beside it. */
  readonly more?: string
}

const NAMES: Readonly<Record<Signal, readonly [one: string, many: string]>> = {
  exchange: ['request record', 'request records'],
  span: ['span', 'spans'],
  metric: ['metric point', 'metric points'],
  log: ['log record', 'log records'],
  dump: ['dumped request', 'dumped requests'],
  push: ['pushed item', 'pushed items'],
  spool: ['spooled item', 'spooled items'],
}

const REASONS: Readonly<Record<DropReason, string>> = {
  outbox_full: 'they came faster than they could be observed',
  observer_died: 'the observer thread died',
  queue_full: 'the queue was full',
  export_failed: 'the backend could not be reached for too long',
  rejected: 'the backend rejected them',
  shutdown: 'there was no time left at the end',
  stdout_stalled: 'nobody read stdout',
  spool_lost: 'the spool folder could not keep them',
  thread_died: 'a data thread died',
}

/** `Nothing is lost.`, or what is, how much of it, and why. */
export function lossOf({ ledger }: LedgerAnswer): Statement {
  const entries = Object.entries(ledger) as [Signal, LedgerAnswer['ledger'][Signal]][]
  const losses = entries.flatMap(([signal, { dropped }]) =>
    Object.entries(dropped).map(([reason, lost]) => ({ signal, reason: reason as DropReason, lost })),
  )
  if (losses.length === 0) {
    return {
      tone: 'good',
      text: 'Nothing is lost.',
      more: `${counted(ledger.exchange.created, 'request')} on the books`,
    }
  }
  const sums = new Map<Signal, number>()
  for (const { signal, lost } of losses) sums.set(signal, (sums.get(signal) ?? 0) + lost)
  const what = [...sums].map(([signal, lost]) => named(lost, signal))
  const why = losses.map(({ signal, reason, lost }) => `${named(lost, signal)}: ${REASONS[reason]}`)
  return { tone: 'bad', text: `Lost: ${what.join(', ')}.`, more: why.join('; ') }
}

/** One a signal; one that says so when nothing is exported at all. */
export function deliveriesOf(
  { backends }: LedgerAnswer,
  nowMs: number,
): readonly (Statement & { readonly to?: string })[] {
  if (backends.length === 0) {
    return [{ tone: 'neutral', text: 'Nothing is exported: no OTLP endpoint is set.' }]
  }
  return backends.map((backend) => ({ ...deliveryOf(backend, nowMs), to: backend.endpoint }))
}

function deliveryOf(backend: BackendState, nowMs: number): Statement {
  const [, many] = NAMES[backend.signal]
  const name = many[0]?.toUpperCase() + many.slice(1)
  const reason = backend.reason === undefined ? {} : { more: backend.reason }
  switch (backend.mood) {
    case 'untried':
      return { tone: 'neutral', text: `${name}: nothing was sent yet.` }
    case 'fine':
      return { tone: 'good', text: `${name} arrive.`, more: arrived(backend, nowMs) }
    case 'failing':
      return { tone: 'bad', text: `${name} do not arrive${lately(backend, nowMs)}; ${waiting(backend)}.`, ...reason }
    case 'refused':
      return { tone: 'bad', text: `${name} are refused${lately(backend, nowMs)}; ${waiting(backend)}.`, ...reason }
    case 'unsupported':
      return { tone: 'neutral', text: `${name} are not taken there, and not sent.`, ...reason }
  }
}

function arrived({ deliveredAtMs, queued }: BackendState, nowMs: number): string {
  const last = deliveredAtMs === undefined ? '' : `last ${ago(deliveredAtMs, nowMs)}`
  return [last, queued === 0 ? '' : `${count(queued)} under way`].filter((part) => part !== '').join(', ')
}

function lately({ deliveredAtMs }: BackendState, nowMs: number): string {
  return deliveredAtMs === undefined ? ', and none did yet' : `; the last did ${ago(deliveredAtMs, nowMs)}`
}

function waiting({ queued, queueMax }: BackendState): string {
  return `${count(queued)} of at most ${count(queueMax)} ${queued === 1 ? 'waits' : 'wait'}`
}

function ago(atMs: number, nowMs: number): string {
  return nowMs - atMs < 1_000 ? 'just now' : `${spanWords(nowMs - atMs)} ago`
}

function named(lost: number, signal: Signal): string {
  return counted(lost, ...NAMES[signal])
}
