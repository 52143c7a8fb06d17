/** When the guard says no. Pure. */
import { median } from './measure/statistics.ts'

/** What a request costs in podspan for each unit of CPU time that it costs in the control, of the same run. */
export type Ratios = Readonly<Record<string, number>>

/** Over this much more than the baseline is a regression; less is what two runs of the same code differ by. */
export const TOLERANCE = 0.15

/** One round: CPU time a request, by subject. */
export type Round = Readonly<Record<string, number>>

/**
 * The middle of the rounds' own ratios, or the ratio of the best rounds, whichever is lower: what disturbs only ever adds.
 */
export function ratiosOf(rounds: readonly Round[], subject: string, controls: readonly string[]): Ratios {
  const of = (round: Round, key: string): number => round[key] ?? Number.NaN
  const best = (key: string): number => Math.min(...rounds.map((round) => of(round, key)))
  const ratioTo = (control: string): number =>
    Math.min(median(rounds.map((round) => of(round, subject) / of(round, control))), best(subject) / best(control))
  return Object.fromEntries(controls.map((control) => [control, ratioTo(control)]))
}

export interface Verdict {
  readonly isRegression: boolean
  /** How much dearer than the baseline, by control: 0.2 is 20 %. */
  readonly growth: Ratios
}

/** Dearer against every control: what made one control cheap in this run, on this machine, is no regression of podspan's. */
export function verdictOf(measured: Ratios, baseline: Ratios): Verdict {
  const growth: Record<string, number> = {}
  for (const [control, ratio] of Object.entries(measured)) {
    const before = baseline[control]
    if (before !== undefined) growth[control] = ratio / before - 1
  }
  const grown = Object.values(growth)
  return { isRegression: grown.length > 0 && grown.every((each) => each > TOLERANCE), growth }
}
