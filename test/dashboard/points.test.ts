import { describe, expect, it } from 'vitest'
import { columnsOf, joined, POINTS_MAX, since } from '../../src/dashboard/points.ts'

const at = (...seconds: number[]): { atMs: number }[] => seconds.map((second) => ({ atMs: second * 1_000 }))

describe('points that come', () => {
  it('go behind those that were there, and the newer is right where both are', () => {
    const old = at(1, 2, 3)
    const next = at(3, 4)
    const all = joined(old, next)
    expect(all.map(({ atMs }) => atMs)).toEqual([1_000, 2_000, 3_000, 4_000])
    expect(all[2]).toBe(next[0])
    expect(joined(old, [])).toBe(old)
  })

  it('push out the oldest beyond the bound', () => {
    const many = at(...Array.from({ length: POINTS_MAX }, (_, index) => index))
    const all = joined(many, at(POINTS_MAX))
    expect(all.length).toBe(POINTS_MAX)
    expect(all[0]?.atMs).toBe(1_000)
    expect(all.at(-1)?.atMs).toBe(POINTS_MAX * 1_000)
  })
})

it('cuts points off before a time', () => {
  expect(since(at(1, 2, 3), 2_000)).toEqual(at(2, 3))
  expect(since(at(1), 2_000)).toEqual([])
})

describe('columns', () => {
  const point = (
    second: number,
    ms?: number,
    weight = 1,
  ): { atMs: number; ms: number | undefined; weight: number } => ({
    atMs: second * 1_000,
    ms,
    weight,
  })
  const figures = [({ ms }: { ms: number | undefined }) => ms]

  it('have a hole where a figure is absent, and where nothing was seen', () => {
    const points = [point(1, 10), point(2), point(3, 30), point(60, 40)]
    expect(columnsOf(points, { stepMs: 1_000, figures })).toEqual([
      [1, 2, 3, 4, 60],
      [10, null, 30, null, 40],
    ])
  })

  it('draw a step as its mean, by the weight of each, and keep what is in a step when the window moves', () => {
    const points = [point(3, 10, 1), point(4, 40, 3), point(5), point(6, 7)]
    const options = { stepMs: 3_000, figures, weight: ({ weight }: { weight: number }) => weight }
    expect(columnsOf(points, options)).toEqual([
      [5, 6],
      [32.5, 7],
    ])
    expect(columnsOf(points.slice(3), options)).toEqual([[6], [7]])
  })

  it('are empty of nothing', () => {
    expect(columnsOf([], { stepMs: 1_000, figures })).toEqual([[], []])
  })
})
