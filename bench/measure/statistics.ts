/** Numbers of several rounds → one number with its spread. Pure. */

/** What the rounds gave: the middle one, and how far the others lay from it. */
export interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
  readonly rounds: number
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}

/** Undefined when no round gave a number. */
export function spreadOf(values: readonly (number | undefined)[]): Spread | undefined {
  const numbers = values.filter((value) => value !== undefined && Number.isFinite(value)) as number[]
  if (numbers.length === 0) return undefined
  return { median: median(numbers), min: Math.min(...numbers), max: Math.max(...numbers), rounds: numbers.length }
}

/**
 * One ratio a round, and the spread of those: what disturbs the machine for a while disturbs both sides of a round, so the
 * ratio of two numbers of the same round is steadier than the ratio of two medians.
 */
export function ratioOf(
  values: readonly (number | undefined)[],
  yardstick: readonly (number | undefined)[],
): Spread | undefined {
  return spreadOf(
    values.map((value, round) => {
      const by = yardstick[round]
      return value === undefined || by === undefined || by === 0 ? undefined : value / by
    }),
  )
}
