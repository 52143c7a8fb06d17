/** The waterfall of one request: where each phase stands on a line that is as long as the request. Pure; phases.ts has the times. */
import type { Exchange } from '../exchange.ts'
import { type PhaseName, phasesOf } from '../phases.ts'

export interface Bar {
  readonly name: PhaseName
  /** For people. */
  readonly label: string
  readonly durationMs: number
  /** Of the whole, from 0 to 1. */
  readonly start: number
  readonly length: number
}

export interface Waterfall {
  readonly bars: readonly Bar[]
  readonly durationMs: number
  /** Times along the line, the first of them 0. */
  readonly ticksMs: readonly number[]
  readonly ownMs: number
  readonly clientStalledMs: number
}

const LABELS: Readonly<Record<PhaseName, string>> = {
  connect: 'Connect',
  upload: 'Upload',
  app: 'App',
  download: 'Download',
  tunnel: 'Tunnel',
}

/** Egress: podspan stands before what the app calls, and it is the other side that answers. */
const EGRESS_LABELS: Readonly<Partial<Record<PhaseName, string>>> = {
  app: 'Called service',
}

const STEPS = [1, 2, 5]
const TICKS_MAX = 5
/** A bar's end in a list: ten seconds and more fill it. */
const LONGEST_MS = 10_000
const SHORTEST_MS = 0.1

export function waterfallOf(exchange: Exchange): Waterfall {
  const { phases, ownMs, clientStalledMs } = phasesOf(exchange)
  const durationMs = exchange.durationMs
  const labels = exchange.kind === 'client' ? { ...LABELS, ...EGRESS_LABELS } : LABELS
  const bars = phases.map((phase) => ({
    name: phase.name,
    label: labels[phase.name],
    durationMs: phase.durationMs,
    start: ratio(phase.startMs, durationMs),
    length: ratio(phase.durationMs, durationMs),
  }))
  return { bars, durationMs, ticksMs: ticksOf(durationMs), ownMs, clientStalledMs }
}

function ratio(part: number, whole: number): number {
  return whole > 0 ? Math.min(1, part / whole) : 0
}

/** Round times, at most five of them. */
export function ticksOf(durationMs: number): number[] {
  if (!(durationMs > 0)) return [0]
  let power = 10 ** Math.floor(Math.log10(durationMs / TICKS_MAX))
  for (;;) {
    for (const step of STEPS) {
      const count = Math.floor(durationMs / (step * power))
      if (count < TICKS_MAX) return Array.from({ length: count + 1 }, (_, index) => index * step * power)
    }
    power *= 10
  }
}

/** How much of a cell the bar of a request fills, from 0 to 1: by the logarithm, so that 2 ms and 2 s both show. */
export function extentOf(durationMs: number): number {
  const extent = Math.log10(Math.max(durationMs, SHORTEST_MS) / SHORTEST_MS) / Math.log10(LONGEST_MS / SHORTEST_MS)
  return Math.min(1, Math.max(0.02, extent))
}
