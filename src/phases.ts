/**
 * Where the time of an exchange went, for people: its marks as spans of time, one after the other. Pure; terminal, admin API and
 * dashboard all show these and no other.
 */
import type { Exchange } from './exchange.ts'

/** `connect` to the app, `upload` of the request, the `app` thinking, `download` of its answer, or a `tunnel` after an upgrade. */
export type PhaseName = 'connect' | 'upload' | 'app' | 'download' | 'tunnel'

export interface Phase {
  readonly name: PhaseName
  /** From the start of the exchange. */
  readonly startMs: number
  readonly durationMs: number
}

export interface Phases {
  /** In order, without overlap; one that did not happen is not there. */
  readonly phases: readonly Phase[]
  /** What podspan itself took: its decorators. It lies within the phases. */
  readonly ownMs: number
  /** How long the client did not take what was ready for it. It lies within the download. */
  readonly clientStalledMs: number
}

/** An upload that ended within this of the head was in the same packets. */
const TOGETHER_MS = 0.05

/** What of an exchange they are read from. */
export type Timed = Pick<Exchange, 'marks' | 'durationMs' | 'outcome' | 'upgrade'>

export function phasesOf(exchange: Timed): Phases {
  const { marks, durationMs, upgrade } = exchange
  const phases: Phase[] = []
  let atMs = 0
  const until = (name: PhaseName, endMs: number | undefined): void => {
    if (endMs === undefined || endMs <= atMs) return
    phases.push({ name, startMs: atMs, durationMs: endMs - atMs })
    atMs = endMs
  }
  until('connect', exchange.outcome === 'origin-unreachable' ? durationMs : marks.originConnected)
  const { requestHeadSent, requestEnd, responseHead, firstByte } = marks
  const own = { ownMs: marks.own ?? 0, clientStalledMs: marks.clientStalled ?? 0 }
  if (requestHeadSent === undefined) {
    const name = unasked(exchange)
    if (name !== undefined) until(name, durationMs)
    return { phases, ...own }
  }
  const answeredMs = responseHead ?? firstByte
  // An app may answer before the upload has ended: from then on it is the download that counts.
  const uploadedMs = Math.min(requestEnd ?? requestHeadSent, answeredMs ?? durationMs)
  if (uploadedMs - requestHeadSent > TOGETHER_MS) until('upload', uploadedMs)
  until('app', answeredMs ?? durationMs)
  until(upgrade === undefined ? 'download' : 'tunnel', durationMs)
  return { phases, ...own }
}

/** Where the time went when the app was never asked. Undefined: a decorator answered, and that is podspan's own. */
function unasked({ outcome, upgrade }: Timed): PhaseName | undefined {
  if (upgrade !== undefined) return 'tunnel'
  return outcome === 'complete' ? undefined : 'upload'
}
