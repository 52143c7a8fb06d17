/**
 * Points of time that a chart shows: kept in order, bounded, and joined across a lost connection. Pure.
 */

/** A quarter of an hour of seconds: what the sidecar keeps, and what the longest range shows. */
export const POINTS_MAX = 900
/** Two points that are further apart have a hole between them, and no line. */
export const GAP_MS = 2_500

export interface Point {
  readonly atMs: number
}

/** `newer` behind what is older than it: where they overlap the newer is right. */
export function joined<P extends Point>(older: readonly P[], newer: readonly P[]): readonly P[] {
  const [first] = newer
  if (first === undefined) return older
  return [...older.filter(({ atMs }) => atMs < first.atMs), ...newer].slice(-POINTS_MAX)
}

export function since<P extends Point>(points: readonly P[], sinceMs: number): readonly P[] {
  const from = points.findIndex(({ atMs }) => atMs >= sinceMs)
  return from === -1 ? [] : points.slice(from)
}

/** Seconds, and a column for each figure; null is a hole, where nothing was seen. */
export type Columns = readonly [readonly number[], ...(readonly (number | null)[])[]]

export interface ColumnOptions<P extends Point> {
  /** Points of so much time are drawn as one, their mean. */
  readonly stepMs: number
  readonly figures: readonly ((point: P) => number | undefined)[]
  /** How much a point counts in a mean: 1 unless said otherwise. */
  readonly weight?: (point: P) => number
}

export function columnsOf<P extends Point>(points: readonly P[], options: ColumnOptions<P>): Columns {
  const { stepMs, figures, weight = () => 1 } = options
  const times: number[] = []
  const columns = figures.map((): (number | null)[] => [])
  let lastMs: number | undefined
  for (const step of stepsOf(points, stepMs)) {
    const [first, last] = [step[0]?.atMs ?? 0, step.at(-1)?.atMs ?? 0]
    if (lastMs !== undefined && first - lastMs > GAP_MS) {
      times.push((lastMs + 1_000) / 1_000)
      for (const column of columns) column.push(null)
    }
    lastMs = last
    times.push(last / 1_000)
    for (const [index, figure] of figures.entries()) columns[index]?.push(meanOf(step, figure, weight))
  }
  return [times, ...columns]
}

/** By the wall clock and not by the newest point: a step keeps its points while the window moves on. */
function stepsOf<P extends Point>(points: readonly P[], stepMs: number): P[][] {
  const steps: P[][] = []
  let number: number | undefined
  for (const point of points) {
    const next = Math.floor(point.atMs / stepMs)
    if (next === number) steps.at(-1)?.push(point)
    else steps.push([point])
    number = next
  }
  return steps
}

/** Null of nothing. */
export function meanOf<P>(
  points: readonly P[],
  figure: (point: P) => number | undefined,
  weight: (point: P) => number,
): number | null {
  let sum = 0
  let weights = 0
  for (const point of points) {
    const value = figure(point)
    if (value === undefined) continue
    sum += value * weight(point)
    weights += weight(point)
  }
  return weights > 0 ? sum / weights : null
}
